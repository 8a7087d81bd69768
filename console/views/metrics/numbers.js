// The numbers behind the charts: from the service's counts, and for those who may not see these, from the newest rows of a list. Pure.
import { isOpen, OPEN } from "../../words.js";
import { elapsed } from "../run/segments.js";

export const SERIES = [
  ["Succeeded", "good"],
  ["Failed", "bad"],
  ["Cancelled", "muted"],
];
const STATES = ["succeeded", "failed", "cancelled"];

export const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);
export const costs = (runs) => runs.map((run) => run.usage?.cost_usd ?? 0).filter((cost) => cost > 0);
/** Seconds from the first start to the end of each run that had both. */
export const durations = (runs) =>
  runs
    .filter((run) => run.completed_at && !isOpen(run))
    .map((run) => elapsed(run))
    .filter((seconds) => seconds !== null);

export function quantile(numbers, share) {
  if (!numbers.length) return null;
  const sorted = [...numbers].sort((one, other) => one - other);
  const place = (sorted.length - 1) * share;
  const low = Math.floor(place);
  return sorted[low] + (sorted[Math.min(low + 1, sorted.length - 1)] - sorted[low]) * (place - low);
}

/** {created, succeeded, failed, cancelled, cost, successRate} of the service's days. */
export function totalsOf(days) {
  const of = (name) => sum(days.map((day) => day[name]));
  const ended = sum(STATES.map(of));
  return { created: of("created"), ...Object.fromEntries(STATES.map((name) => [name, of(name)])), cost: of("cost_usd"),
    successRate: ended ? of("succeeded") / ended : null };
}

/** One column a day of UTC, or a week where there are many; what ended counts on the day on which it ended. */
export function columnsOf(days) {
  const size = days.length > 45 ? 7 : 1;
  const groups = [];
  for (let end = days.length; end > 0; end -= size) groups.unshift(days.slice(Math.max(0, end - size), end));
  return groups.map((group) => {
    const [first, last] = [group[0].date, group.at(-1).date];
    const label = dayLabel(first);
    return {
      label,
      title: first === last ? label : `${label} to ${dayLabel(last)}`,
      from: first,
      to: last,
      parts: STATES.map((name) => sum(group.map((day) => day[name]))),
      cost: sum(group.map((day) => day.cost_usd)),
    };
  });
}

const dayLabel = (date) => new Date(`${date}T00:00Z`).toLocaleDateString("en", { day: "numeric", month: "short", timeZone: "UTC" });

/** [[code, number], ...] of the service's days, most frequent first. */
export function codesOf(days) {
  const counts = new Map();
  days.forEach((day) => Object.entries(day.by_code ?? {}).forEach(([code, number]) => counts.set(code, (counts.get(code) ?? 0) + number)));
  return [...counts].sort((one, other) => other[1] - one[1]);
}

/** [{workflow, created, succeeded, failed, cancelled, cost_usd}] of the service's days. */
export function workflowsOf(days) {
  const found = new Map();
  days.forEach((day) =>
    Object.entries(day.by_workflow ?? {}).forEach(([workflow, counts]) => {
      const held = found.get(workflow) ?? { workflow, created: 0, succeeded: 0, failed: 0, cancelled: 0, cost_usd: 0 };
      Object.keys(counts).forEach((name) => {
        held[name] = (held[name] ?? 0) + counts[name];
      });
      found.set(workflow, held);
    }),
  );
  return [...found.values()];
}

/** The service's days, made of runs that are at hand: for those who may not see the organisation's counts. */
export function daysOf(runs, first, last) {
  const days = [];
  for (let day = new Date(`${first}T00:00Z`); day.toISOString().slice(0, 10) <= last; day.setUTCDate(day.getUTCDate() + 1))
    days.push({ date: day.toISOString().slice(0, 10), created: 0, succeeded: 0, failed: 0, cancelled: 0, cost_usd: 0, by_code: {} });
  const at = (time) => days.find((day) => day.date === time?.slice(0, 10));
  runs.forEach((run) => {
    const [made, ended] = [at(run.created_at), at(run.completed_at)];
    if (made) made.created += 1;
    // What a run has cost so far is known of when it was last heard of, whether it has ended or not.
    const paid = at(run.completed_at ?? run.updated_at);
    if (paid) paid.cost_usd += run.usage?.cost_usd ?? 0;
    if (!ended || OPEN.includes(run.status)) return;
    ended[run.status] = (ended[run.status] ?? 0) + 1;
    const code = run.status === "failed" && (run.error_info?.code ?? "UNKNOWN");
    if (code) ended.by_code[code] = (ended.by_code[code] ?? 0) + 1;
  });
  return days;
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
      low,
      high,
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
