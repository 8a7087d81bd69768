// Names of projects, for runs that only know their project's id. Loaded once, when a list first needs one.
import { listProjects } from "./api.js";
import { mayCreate } from "./permissions.js";
import { user } from "./session.js";
import { createStore } from "./store.js";

export const projectNames = createStore({});
let asked = null;

export function needProjectNames(runs) {
  const unknown = runs.some((run) => run.subject?.type === "project" && !projectNames.get()[run.subject.id]);
  if (!unknown || asked === user().sub || !mayCreate.analysis(user())) return;
  asked = user().sub;
  projectNames.set({});
  listProjects({ limit: 100 }).then(
    ({ projects }) => projectNames.set(Object.fromEntries(projects.map((one) => [one.id, one.name]))),
    () => undefined,
  );
}
