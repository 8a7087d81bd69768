// What a run's history says about time: stretches of work, of waiting, and of lying ended before a retry. Pure.
import { milliseconds } from "../../format.js";
import { FAILURES, isOpen, OPEN } from "../../words.js";

const WAIT_SHARE = 0.3;
const LEAST_SHARE = 0.012;
const HELD = ["WORKER_DISABLED", "PAUSED", "BUDGET", "PROVIDER_OVERLOADED", "PROVIDER_RATE_LIMITED", "PROVIDER_SPEND_LIMIT"];
/** With these a worker leaves a step that it has not finished. */
const BETWEEN = ["CONTINUATION", ...HELD];

/**
 * [{kind: work|lost|queue|manual|quiet|backoff|held|gate|ended, reason, step, attempt, start, end (ms), outcome, code}], oldest first, without gaps.
 * `why`: the reason that the service gives for the present wait. `lost` is the time of a worker that died, which nobody worked.
 */
export function segmentsOf(run, events, now, why = null) {
  const names = run.steps.map((step) => step.name);
  let pending = 0;
  const found = [];
  events.forEach((event, place) => {
    const next = events[place + 1];
    if (!OPEN.includes(event.to) && !next) return;
    const kind = kindOf(run, event, next, why);
    const segment = {
      kind,
      reason: reasonOf(kind, event, next ? null : why),
      step: stepAfter(next, names, pending),
      attempt: next?.attempt ?? run.attempt,
      start: milliseconds(event.at),
      end: next ? milliseconds(next.at) : Math.max(now, milliseconds(event.at)),
      outcome: outcomeOf(next),
      code: next?.code ?? null,
    };
    if (segment.kind === "work" && segment.outcome === "done" && !BETWEEN.includes(next.code)) pending = Math.max(pending, names.indexOf(segment.step) + 1);
    join(found, segment);
  });
  return found;
}

function kindOf(run, event, next, why) {
  if (!OPEN.includes(event.to)) return "ended";
  if (event.to === "running") return next?.code === "LEASE_LOST" || (!next && why === "lost_worker") ? "lost" : "work";
  if (event.to === "waiting") return "gate";
  if (HELD.includes(event.code)) return "held";
  if (!event.from && run.dispatch === "manual") return "manual";
  if (run.workflow === "erasure" && event.code === "CONTINUATION") return "quiet";
  return FAILURES[event.code] ? "backoff" : "queue";
}

/** The service's own word for a wait, as far as the history or its present reason tell. */
function reasonOf(kind, event, why) {
  if (kind === "work" || kind === "ended") return null;
  if (kind === "lost") return "lost_worker";
  if (why) return why;
  if (HELD.includes(event.code)) return event.code.toLowerCase();
  return { queue: "starting", manual: "manual", backoff: "backoff", gate: "gate" }[kind] ?? null;
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
  const isWait = last && last.kind === segment.kind && segment.kind !== "work";
  const isOne = isWait && last.step === segment.step && last.reason === segment.reason;
  if (isOne) Object.assign(last, { end: segment.end, outcome: segment.outcome });
  else found.push(segment);
}

/**
 * The same segments with `left` and `width` in percent. Long waits are shortened (`shortened`), so that the work stays readable,
 * and no work is too short to be seen.
 */
export function placed(segments) {
  const isWork = (one) => one.kind === "work";
  const lengths = segments.map((one) => one.end - one.start);
  const work = sum(segments.map((one, place) => (isWork(one) ? lengths[place] : 0)));
  const longestWait = work > 0 ? work * WAIT_SHARE : Infinity;
  const shown = segments.map((one, place) => (isWork(one) ? lengths[place] : Math.min(lengths[place], longestWait)));
  const least = sum(shown) * LEAST_SHARE;
  const widths = segments.map((one, place) => (isWork(one) ? Math.max(shown[place], least) : shown[place]));
  const total = sum(widths) || 1;
  let left = 0;
  return segments.map((one, place) => {
    const width = (widths[place] / total) * 100;
    left += width;
    return { ...one, left: left - width, width, shortened: shown[place] < lengths[place] };
  });
}

const APART = 14;
/** The last label stands before its tick, and needs more. */
const APART_AT_END = 20;

/** The axis under placed segments: [{left (percent), seconds since the first began}], with room for each label. */
export function ticksOf(placedSegments) {
  if (!placedSegments.length) return [];
  const first = placedSegments[0].start;
  const ends = placedSegments.map((one) => ({ left: one.left + one.width, seconds: (one.end - first) / 1000 }));
  const ticks = [{ left: 0, seconds: 0 }];
  ends.forEach((one) => {
    if (one.left - ticks.at(-1).left >= APART && 100 - one.left >= APART_AT_END) ticks.push(one);
  });
  return [...ticks, ends.at(-1)];
}

const WAITS = ["queue", "manual", "quiet", "backoff", "held", "gate", "lost", "ended"];

/** {worked, waited} in seconds, all steps together; the others are the parts of `waited`. */
export function timesOf(segments) {
  const lengths = (kind) => sum(segments.filter((one) => one.kind === kind).map((one) => one.end - one.start)) / 1000;
  const waits = Object.fromEntries(WAITS.map((kind) => [kind, lengths(kind)]));
  return { worked: lengths("work"), waited: sum(Object.values(waits)), ...waits };
}

/**
 * Seconds from the first start to the end, or to `now` (ms) while it is open; null before the first start. The one duration of a run:
 * the service's own where it has ended.
 */
export function elapsed(run, now) {
  if (!run.first_started_at) return null;
  if (!isOpen(run)) return run.duration_seconds ?? null;
  return Math.max(0, now - Date.parse(run.first_started_at)) / 1000;
}

const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);
