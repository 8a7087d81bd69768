// What a run is called in a heading or a list, and how far it is. Knows only what every door's rows show.
import { between, shortId, words } from "../../format.js";
import { projectNames } from "../../project-names.js";
import { WORKFLOWS } from "../../words.js";

export const workflowLabel = (run) => WORKFLOWS[run.workflow]?.label ?? words(run.workflow);

export function runTitle(run) {
  if (run.project_name) return run.project_name;
  if (run.profile) return words(run.profile);
  if (run.subject?.type === "patient") return `Patient ${shortId(run.subject.id)}`;
  if (run.subject?.type === "project") return projectNames.get()[run.subject.id] ?? `Project ${shortId(run.subject.id)}`;
  return `Run ${shortId(run.id)}`;
}

/** Seconds from the first start to the end, or to `now` (ms) while it is open; null before the first start. */
export function elapsed(run, now) {
  if (!run.started_at) return null;
  return run.completed_at ? between(run.started_at, run.completed_at) : (now - Date.parse(run.started_at)) / 1000;
}

export const tokensOf = (usage) =>
  usage ? usage.input_tokens + usage.output_tokens + usage.cache_read_tokens + usage.cache_write_tokens : 0;
