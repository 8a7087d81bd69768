// Names for the identifiers of people. A deployment has no directory, so others than oneself are shown by the id's ends.
import { users } from "./auth/local.js";
import { shortId, words } from "./format.js";
import { isLocal, user } from "./session.js";
import { createStore } from "./store.js";

const MACHINES = { worker: "The worker", sweeper: "The sweeper" };
const MACHINE_IDS = Object.keys(MACHINES);
export const directory = createStore({});

/** Locally the demo users have names. */
export async function loadDirectory() {
  if (!isLocal()) return;
  const known = await users();
  directory.set(Object.fromEntries(known.map((one) => [one.sub, one])));
}

/** The id of whoever has this name or id, "" for nobody; what nobody is called is taken for an id. */
export function personId(text) {
  const name = text.trim().toLowerCase();
  if (name === "you") return user().sub;
  const known = Object.values(directory.get()).find((one) => [one.user, words(one.user.replace("-", " ")).toLowerCase()].includes(name));
  return known?.sub ?? MACHINE_IDS.find((one) => one === name || MACHINES[one].toLowerCase() === name) ?? text.trim();
}

export function personName(sub) {
  if (!sub) return "–";
  if (MACHINES[sub]) return MACHINES[sub];
  if (sub === user().sub) return "You";
  const known = directory.get()[sub];
  return known ? words(known.user.replace("-", " ")) : shortId(sub);
}
