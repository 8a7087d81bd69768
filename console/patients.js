// What tells apart the patients whom one may see: label, age and gender. Loaded once for lists; anew for whoever is acted for.
import { getPatient, listPatients } from "./api.js";
import { shortId, words } from "./format.js";
import { useAsync } from "./live.js";
import { useEffect } from "./preact.js";
import { maySee } from "./permissions.js";
import { user } from "./session.js";
import { createStore } from "./store.js";

/** {id: patient} */
export const knownPatients = createStore({});
const MOST_PAGES = 5;
let loaded = { who: null };

export function learnPatients(patients) {
  knownPatients.set({ ...knownPatients.get(), ...Object.fromEntries(patients.map((one) => [one.id, one])) });
}

/** Resolves when those are known whom one may see, or cannot be: at most five hundred, in as many requests as they have pages. */
export function loadPatients() {
  const who = user().sub;
  if (loaded.who === who || !maySee.patients(user())) return loaded.done ?? Promise.resolve();
  knownPatients.set({});
  loaded = { who, done: pages().catch(() => undefined) };
  return loaded.done;
}

async function pages() {
  let cursor = null;
  for (let page = 0; page < MOST_PAGES && (cursor || page === 0); page += 1) {
    const { patients, next_cursor: next } = await listPatients({ limit: 100, cursor });
    learnPatients(patients);
    cursor = next;
  }
}

/** Loads whom one may see when a list first shows runs of patients. */
export function needPatients(runs) {
  if (runs.some((run) => run.subject?.type === "patient" && !knownPatients.get()[run.subject.id])) loadPatients();
}

/** {patient, error, reload}: one patient, as the service knows them now. */
export function usePatient(patientId) {
  const { data, error, reload } = useAsync((signal) => getPatient(patientId, { signal }), [patientId]);
  useEffect(() => {
    if (data) learnPatients([data.patient]);
  }, [data]);
  return { patient: data?.patient, error, reload };
}

/** The ward's own short name where there is one, else the ends of the id. */
export function patientName(patientId) {
  const label = knownPatients.get()[patientId]?.label;
  return label || `Patient ${shortId(patientId)}`;
}

/** The id of the one patient who has this label or id; what nobody is called, or several are, is taken for an id. */
export function patientIdOf(text) {
  const name = text.trim();
  const named = Object.values(knownPatients.get()).filter((one) => one.label === name);
  return named.length === 1 ? named[0].id : name;
}

/** "Bed 7 · 65 years, female", for lists to choose from. */
export const patientLine = (one) => [one.label || shortId(one.id), personOf(one)].filter(Boolean).join(" · ");

/** "65 years, female"; what the record does not say is left out. */
export function personOf(person) {
  const years = Number.isFinite(person?.age_years) && `${person.age_years} ${person.age_years === 1 ? "year" : "years"}`;
  return [years, person?.gender && words(person.gender).toLowerCase()].filter(Boolean).join(", ");
}
