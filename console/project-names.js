// Names of projects, for runs that only know their project's id. Loaded once, when they are first needed; learned wherever one is shown.
import { listProjects } from "./api.js";
import { mayCreate } from "./permissions.js";
import { user } from "./session.js";
import { createStore } from "./store.js";

export const projectNames = createStore({});
let loaded = { who: null };

export function learnProjects(projects) {
  projectNames.set({ ...projectNames.get(), ...Object.fromEntries(projects.map((one) => [one.id, one.name])) });
}

/** Resolves when the names are there, or cannot be had. */
export function loadProjectNames() {
  const who = user().sub;
  if (loaded.who === who || !mayCreate.analysis(user())) return loaded.done ?? Promise.resolve();
  projectNames.set({});
  const done = listProjects({ limit: 100 }).then(
    ({ projects }) => learnProjects(projects),
    () => undefined,
  );
  loaded = { who, done };
  return done;
}

export function needProjectNames(runs) {
  if (runs.some((run) => run.subject?.type === "project" && !projectNames.get()[run.subject.id])) loadProjectNames();
}
