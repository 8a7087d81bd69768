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
/** What the list of runs filters by, what the lists of diagnosis runs do, and what no list does: that is sorted out here. */
export const ASKED = ["workflow", "status", "profile", "tag", "range", "from", "to"];
export const ASKED_OF_DIAGNOSES = ["status"];
const SORTED = ["patient", "q", "creator", "code", "cost_from", "cost_to", "took_from", "took_to"];
export const NAMES = [...ASKED, ...SORTED];
/** What a filter that is sorted out here is called where the page says how far it looked. */
const CALLED = {
  workflow: "workflow",
  profile: "profile",
  tag: "tag",
  range: "time",
  q: "name",
  creator: "creator",
  code: "failure",
  cost_from: "cost",
  cost_to: "cost",
  took_from: "duration",
  took_to: "duration",
};
const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export const statusesOf = (query) => (query.status ?? "").split(",").filter(Boolean);
/** Whether the page has to sort out runs itself, of a list that filters by `asked`. */
export const isSorted = (query, asked = ASKED) => NAMES.some((name) => query[name] && !asked.includes(name));
/** The names of those filters, such as "name and cost"; a patient's runs are a list of their own. */
export function sortedBy(query, asked) {
  const names = new Set(NAMES.filter((name) => query[name] && !asked.includes(name)).flatMap((name) => CALLED[name] ?? []));
  return [...names].join(", ").replace(/, ([^,]*)$/, " and $1");
}
/** The id of a run, where the whole of one was searched for. */
export const wholeId = (query) => (ID.test(query.q?.trim() ?? "") ? query.q.trim().toLowerCase() : null);

/** The API's query for the page's; `now` in ms. Both dates are included. */
export function apiQuery(query, now) {
  const [after, before] = spanOf(query, now);
  return {
    workflow: query.workflow,
    status: statusesOf(query).length || !query.code ? statusesOf(query) : ["failed"],
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

/**
 * Whether a run is one of those that all filters ask for, whichever of them the service has looked at; `asked` is the API's query for
 * them, `titleOf` and `nameOf` say what a run and who made it are called.
 */
export function fits(run, query, asked, titleOf, nameOf) {
  const { q = "", creator = "", code = "", cost_from = "", cost_to = "", took_from = "", took_to = "" } = query;
  const text = q.trim().toLowerCase();
  if (text && !isId(run.id, text) && !titleOf(run).toLowerCase().includes(text)) return false;
  if (creator && !isPerson(run.created_by, creator.trim().toLowerCase(), nameOf)) return false;
  if (code && run.error_info?.code !== code) return false;
  if ((cost_from || cost_to) && !inside(run.usage?.cost_usd ?? 0, cost_from, cost_to)) return false;
  if ((took_from || took_to) && !(run.duration_seconds !== null && inside(run.duration_seconds, took_from, took_to))) return false;
  if (query.patient && run.subject?.id !== query.patient) return false;
  const tagged = !asked.tag || (run.tags ?? []).includes(asked.tag);
  const isLate = !asked.created_after || run.created_at >= asked.created_after;
  const isEarly = !asked.created_before || run.created_at < asked.created_before;
  const isKind = !asked.workflow || run.workflow === asked.workflow;
  return tagged && isLate && isEarly && isKind && (!asked.profile || run.profile === asked.profile);
}

/** The beginning of an id, its end, or both as lists show it: ids of one minute begin alike. */
function isId(id, text) {
  const [start, end] = text.split("…");
  return end === undefined ? id.startsWith(text) || id.endsWith(text) : id.startsWith(start) && id.endsWith(end);
}

const isPerson = (sub, text, nameOf) => String(sub ?? "").startsWith(text) || nameOf(sub).toLowerCase().includes(text);
