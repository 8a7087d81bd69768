// From the page's address to what the service is asked, and to what the page itself sorts out. Pure.
import { milliseconds } from "../../format.js";

const DAY = 86_400_000;
/** [value, label]; all in this browser's time zone but `utc`, which the charts use. */
export const RANGES = [
  ["", "Any time"],
  ["hour", "Last hour"],
  ["today", "Today"],
  ["yesterday", "Yesterday"],
  ["1", "Last 24 hours"],
  ["7", "Last 7 days"],
  ["30", "Last 30 days"],
  ["dates", "Between dates"],
  ["utc", "Between days (UTC)"],
];
/** What the service filters by, and what this page does because the service does not. */
export const ASKED = ["workflow", "status", "profile", "tag", "range", "from", "to", "patient"];
export const SORTED = ["q", "creator", "code", "cost_from", "cost_to", "took_from", "took_to"];
export const NAMES = [...ASKED, ...SORTED];
const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export const statusesOf = (query) => (query.status ?? "").split(",").filter(Boolean);
export const isSorted = (query) => SORTED.some((name) => query[name]);
/** The id of a run, where the whole of one was searched for. */
export const wholeId = (query) => (ID.test(query.q?.trim() ?? "") ? query.q.trim().toLowerCase() : null);

/** The API's query for the page's; `now` in ms. Both dates are included. */
export function apiQuery(query, now) {
  const [after, before] = spanOf(query, now);
  return {
    workflow: query.workflow,
    status: statusesOf(query),
    profile: query.profile,
    tag: query.tag,
    created_after: after ? new Date(after).toISOString() : "",
    created_before: before ? new Date(before).toISOString() : "",
  };
}

function spanOf({ range, from, to }, now) {
  const midnight = new Date(now).setHours(0, 0, 0, 0);
  if (range === "hour") return [now - 3_600_000, null];
  if (range === "today") return [midnight, null];
  if (range === "yesterday") return [new Date(midnight - DAY / 2).setHours(0, 0, 0, 0), midnight];
  if (range === "dates" || range === "utc") {
    const zone = range === "utc" ? "Z" : "";
    const end = to && new Date(`${to}T00:00${zone}`);
    if (end) range === "utc" ? end.setUTCHours(24) : end.setHours(24);
    return [from && milliseconds(`${from}T00:00${zone}`), end && end.getTime()];
  }
  return [Number(range) ? now - Number(range) * DAY : null, null];
}

const inside = (value, from, to) => (from === "" || value >= Number(from)) && (to === "" || value <= Number(to));

/** Whether a run is one of those that the page's own filters ask for; `titleOf` names a run, `asked` is what the service was asked. */
export function fits(run, query, asked, titleOf) {
  const { q = "", creator = "", code = "", cost_from = "", cost_to = "", took_from = "", took_to = "" } = query;
  const text = q.trim().toLowerCase();
  if (text && !run.id.startsWith(text) && !titleOf(run).toLowerCase().includes(text)) return false;
  if (creator && !String(run.created_by ?? "").startsWith(creator.trim())) return false;
  if (code && run.error_info?.code !== code) return false;
  if ((cost_from || cost_to) && !inside(run.usage?.cost_usd ?? 0, cost_from, cost_to)) return false;
  if ((took_from || took_to) && !(run.duration_seconds !== null && inside(run.duration_seconds, took_from, took_to))) return false;
  if (!query.patient) return true;
  // The list of one patient's runs knows no filter but the status.
  const tagged = !asked.tag || (run.tags ?? []).includes(asked.tag);
  const isLate = !asked.created_after || run.created_at >= asked.created_after;
  const isEarly = !asked.created_before || run.created_at < asked.created_before;
  const isKind = !asked.workflow || run.workflow === asked.workflow;
  return tagged && isLate && isEarly && isKind && (!asked.profile || run.profile === asked.profile);
}
