// The numbers behind the charts, from the rows of the list of runs. Pure.
import { OPEN, PHASES } from "../../words.js";
import { elapsed } from "../run/segments.js";

export const SERIES = [
  ["Succeeded", "good"],
  ["Failed", "bad"],
  ["Cancelled", "muted"],
  ["Open", "busy"],
];
const GROUPS = { succeeded: 0, failed: 1, cancelled: 2 };
const DAY = 86_400_000;

/** {count, ended, successRate, medianSeconds, cost, saved} of runs. */
export function totals(runs) {
  const ended = runs.filter((run) => !OPEN.includes(run.status));
  const succeeded = ended.filter((run) => run.status === "succeeded");
  return {
    count: runs.length,
    open: runs.length - ended.length,
    successRate: ended.length ? succeeded.length / ended.length : null,
    medianSeconds: quantile(durations(runs), 0.5),
    cost: sum(runs.map((run) => run.usage?.cost_usd ?? 0)),
    saved: sum(runs.map((run) => run.usage?.saved_usd ?? 0)),
  };
}

/** Seconds from the start to the end of each run that had both. */
export const durations = (runs) =>
  runs
    .filter((run) => run.completed_at)
    .map((run) => elapsed(run))
    .filter((seconds) => seconds !== null);
export const costs = (runs) => runs.map((run) => run.usage?.cost_usd ?? 0).filter((cost) => cost > 0);
export const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);

export function quantile(numbers, share) {
  if (!numbers.length) return null;
  const sorted = [...numbers].sort((one, other) => one - other);
  const place = (sorted.length - 1) * share;
  const low = Math.floor(place);
  return sorted[low] + (sorted[Math.min(low + 1, sorted.length - 1)] - sorted[low]) * (place - low);
}

/** One column for each hour, day or week up to `now` (ms), with runs by how they stand. */
export function byTime(runs, days, now) {
  const size = days <= 1 ? DAY / 24 : days <= 31 ? DAY : 7 * DAY;
  const starts = [];
  for (let start = floorTo(now, size); starts.length < Math.ceil((days * DAY) / size); start = floorTo(start - size / 2, size))
    starts.unshift(start);
  const columns = starts.map((start) => ({ ...timeLabels(start, size), parts: SERIES.map(() => 0) }));
  runs.forEach((run) => {
    const created = Date.parse(run.created_at);
    const place = starts.findLastIndex((start) => created >= start);
    if (place >= 0) columns[place].parts[GROUPS[run.status] ?? 3] += 1;
  });
  return columns;
}

// Days and weeks begin at this browser's midnight, which daylight saving moves.
function floorTo(time, size) {
  const date = new Date(time);
  if (size < DAY) date.setMinutes(0, 0, 0);
  else date.setHours(0, 0, 0, 0);
  if (size > DAY) date.setDate(date.getDate() - ((date.getDay() + 6) % 7));
  return date.getTime();
}

function timeLabels(start, size) {
  const date = new Date(start);
  const day = date.toLocaleDateString("en", { day: "numeric", month: "short" });
  if (size >= DAY) return { label: day, title: size > DAY ? `Week of ${day}` : day };
  const hour = date.toLocaleTimeString("en", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  return { label: hour, title: `${day}, ${hour}` };
}

/** Classes of size between round bounds (1, 2, 5, 10, ...), from the smallest value to the largest; `format` names their bounds. */
export function histogram(numbers, format) {
  const positive = numbers.filter((number) => number > 0);
  if (!positive.length) return [];
  const bounds = roundBounds(Math.min(...positive), Math.max(...positive));
  return bounds.slice(0, -1).map((low, place) => {
    const high = bounds[place + 1];
    return {
      label: format(low),
      end: format(high),
      title: `${format(low)} to ${format(high)}`,
      parts: [positive.filter((number) => number >= low && number < high).length],
    };
  });
}

function roundBounds(smallest, largest) {
  const bounds = [];
  for (let power = Math.floor(Math.log10(smallest)); bounds.length < 3 || bounds.at(-2) <= largest; power += 1) {
    bounds.push(...[1, 2, 5].map((one) => Number(`${one}e${power}`)));
  }
  const first = bounds.findLastIndex((bound) => bound <= smallest);
  const last = bounds.findIndex((bound) => bound > largest);
  return bounds.slice(Math.max(0, first), last + 1);
}

/** [[code, number], ...], most frequent first. */
export function failuresByCode(runs) {
  const counts = new Map();
  runs
    .filter((run) => run.status === "failed")
    .forEach((run) => counts.set(run.error_info?.code ?? "UNKNOWN", (counts.get(run.error_info?.code ?? "UNKNOWN") ?? 0) + 1));
  return [...counts].sort((one, other) => other[1] - one[1]);
}

/** [{phase, input, output, cost}] steps of other workflows before the phases of orchestrations, from the metrics of several runs. */
export function tokensByPhase(metrics) {
  const phases = new Map();
  metrics
    .flatMap((one) => one.phases_metrics)
    .forEach(({ phase, token_usage: tokens, cost_usd: cost }) => {
      const held = phases.get(phase) ?? { phase, input: 0, output: 0, cost: 0 };
      phases.set(phase, {
        phase,
        input: held.input + (tokens?.input ?? 0),
        output: held.output + (tokens?.output ?? 0),
        cost: held.cost + (cost ?? 0),
      });
    });
  return [...phases.values()].sort((one, other) => PHASES.indexOf(one.phase) - PHASES.indexOf(other.phase));
}
