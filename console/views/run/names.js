// What a run is called in a heading or a list, and how far it is. Knows only what every door's rows show.
import { shortId, shortTime, words } from "../../format.js";
import { now } from "../../clock.js";
import { patientName } from "../../patients.js";
import { projectNames } from "../../project-names.js";
import { OTHER_WORKFLOWS, WORKFLOWS } from "../../words.js";

export function workflowLabel({ workflow }) {
  return (WORKFLOWS[workflow] ?? OTHER_WORKFLOWS[workflow])?.label ?? words(workflow ?? "run");
}

/** For lists in which all are of one patient. */
export const runByTime = (run) => `${workflowLabel(run)} of ${shortTime(run.created_at, now())}`;

export function runTitle(run) {
  if (run.project_name) return run.project_name;
  if (run.profile) return words(run.profile);
  if (run.subject?.type === "patient") return patientName(run.subject.id);
  if (run.subject?.type === "project") return projectNames.get()[run.subject.id] ?? `Project ${shortId(run.subject.id)}`;
  return `Run ${shortId(run.id)}`;
}
