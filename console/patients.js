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
let asked = null;

export function learnPatients(patients) {
  knownPatients.set({ ...knownPatients.get(), ...Object.fromEntries(patients.map((one) => [one.id, one])) });
}

/** Loads whom one may see when a list first shows runs of patients. */
export function needPatients(runs) {
  const unknown = runs.some((run) => run.subject?.type === "patient" && !knownPatients.get()[run.subject.id]);
  if (!unknown || asked === user().sub || !maySee.patients(user())) return;
  asked = user().sub;
  knownPatients.set({});
  listPatients({ limit: 100 }).then(
    ({ patients }) => learnPatients(patients),
    () => undefined,
  );
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

/** "65 years, female"; what the record does not say is left out. */
export function personOf(person) {
  const years = Number.isFinite(person?.age_years) && `${person.age_years} ${person.age_years === 1 ? "year" : "years"}`;
  return [years, person?.gender && words(person.gender).toLowerCase()].filter(Boolean).join(", ");
}
