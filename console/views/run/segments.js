// What a run's history says about time: stretches of work and of waiting, each on the step that it belongs to. Pure.
import { between, milliseconds } from "../../format.js";
import { FAILURES, OPEN } from "../../words.js";

const WAIT_SHARE = 0.3;
const LEAST_SHARE = 0.012;

/** [{kind: work|queue|backoff|gate, step, attempt, start, end (ms), outcome, code}], oldest first, without gaps. */
export function segmentsOf(run, events, now) {
  const names = run.steps.map((step) => step.name);
  let pending = 0;
  const found = [];
  events.forEach((event, place) => {
    if (!OPEN.includes(event.to)) return;
    const next = events[place + 1];
    const segment = {
      kind: kindOf(event),
      step: stepAfter(next, names, pending),
      attempt: next?.attempt ?? run.attempt,
      start: milliseconds(event.at),
      end: next ? milliseconds(next.at) : Math.max(now, milliseconds(event.at)),
      outcome: outcomeOf(next),
      code: next?.code ?? null,
    };
    if (segment.kind === "work" && segment.outcome === "done") pending = Math.max(pending, names.indexOf(segment.step) + 1);
    join(found, segment);
  });
  return found;
}

function kindOf(event) {
  if (event.to === "running") return "work";
  if (event.to === "waiting") return "gate";
  return FAILURES[event.code] ? "backoff" : "queue";
}

function stepAfter(next, names, pending) {
  return names.includes(next?.step) ? next.step : names[Math.min(pending, names.length - 1)];
}

function outcomeOf(next) {
  if (!next) return "active";
  if (next.to === "cancelled") return "cancelled";
  return FAILURES[next.code] || next.to === "failed" ? "failed" : "done";
}

// An artifact that is attached, or an execution asked for, cuts a wait in two that is still one wait.
function join(found, segment) {
  const last = found.at(-1);
  if (last && last.kind === segment.kind && segment.kind !== "work" && last.step === segment.step) last.end = segment.end;
  else found.push(segment);
}

/**
 * The same segments with `left` and `width` in percent. Long waits are shortened (`shortened`), so that the work stays readable,
 * and no work is too short to be seen.
 */
export function placed(segments) {
  const lengths = segments.map((one) => one.end - one.start);
  const work = sum(segments.map((one, place) => (one.kind === "work" ? lengths[place] : 0)));
  const longestWait = work > 0 ? work * WAIT_SHARE : Infinity;
  const shown = segments.map((one, place) => (one.kind === "work" ? lengths[place] : Math.min(lengths[place], longestWait)));
  const least = sum(shown) * LEAST_SHARE;
  const widths = segments.map((one, place) => (one.kind === "work" ? Math.max(shown[place], least) : shown[place]));
  const total = sum(widths) || 1;
  let left = 0;
  return segments.map((one, place) => {
    const width = (widths[place] / total) * 100;
    left += width;
    return { ...one, left: left - width, width, shortened: shown[place] < lengths[place] };
  });
}

/** {worked, waited} in seconds, all steps together; {queue, backoff, gate} are the parts of `waited`. */
export function timesOf(segments) {
  const lengths = (kind) => sum(segments.filter((one) => one.kind === kind).map((one) => one.end - one.start)) / 1000;
  const [worked, queue, backoff, gate] = ["work", "queue", "backoff", "gate"].map(lengths);
  return { worked, waited: queue + backoff + gate, queue, backoff, gate };
}

/**
 * Seconds from the first start to the end, or to `now` (ms) while it is open; null before the first start. `started_at` is that of the
 * newest start; where there may have been earlier ones and no history is at hand, the creation stands for the first.
 */
export function elapsed(run, now, events = []) {
  if (!run.attempt) return null;
  const isFirst = run.started_at && run.attempt === 1 && run.workflow !== "orchestration";
  const start = events.find((event) => event.to === "running")?.at ?? (isFirst ? run.started_at : run.created_at);
  return run.completed_at ? between(start, run.completed_at) : Math.max(0, now - Date.parse(start)) / 1000;
}

const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);
