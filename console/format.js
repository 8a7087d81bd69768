// Numbers and times as people read them. Pure; "now" is always handed in.

const UNITS = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];
const LONG = ["year", "month"];
const relative = new Intl.RelativeTimeFormat("en");
const DATE = { day: "numeric", month: "short" };
const TIME = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
const absolute = new Intl.DateTimeFormat("en", { ...DATE, year: "numeric", ...TIME, second: "2-digit", timeZoneName: "short" });
const short = new Intl.DateTimeFormat("en", { ...DATE, ...TIME });
const shortOfAnotherYear = new Intl.DateTimeFormat("en", { ...DATE, year: "numeric", ...TIME });

export const milliseconds = (time) => (time ? Date.parse(time) : null);

/** What is past is counted in whole units that have gone by; what is to come is rounded, so a new deadline is in 30 days, not in 29. */
export function ago(time, now) {
  const seconds = (milliseconds(time) - now) / 1000;
  const distance = Math.abs(seconds);
  if (distance < 45) return seconds > 5 ? "in a moment" : "just now";
  const [unit, size] = UNITS.find(([name, length]) => distance >= length * (LONG.includes(name) ? 1.5 : 1)) ?? UNITS.at(-1);
  const number = Math.max(1, seconds < 0 ? Math.floor(distance / size) : Math.round(distance / size));
  return relative.format(seconds < 0 ? -number : number, unit);
}

/** In this browser's time zone, which it names. */
export const fullTime = (time) => (time ? absolute.format(new Date(time)) : "");

/** With its year where that is not the present one. */
export function shortTime(time, now) {
  if (!time) return "";
  const date = new Date(time);
  return (date.getFullYear() === new Date(now).getFullYear() ? short : shortOfAnotherYear).format(date);
}

/** Seconds as "420 ms", "8.4 s", "3 min 20 s", "2 h 5 min", "3 d 4 h". */
export function duration(seconds) {
  if (seconds === null || seconds === undefined || Number.isNaN(seconds)) return "–";
  if (seconds < 0.9995) return `${Math.max(0, Math.round(seconds * 1000))} ms`;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3_600) return pair(whole, 60, "min", 1, "s");
  if (whole < 86_400) return pair(whole, 3_600, "h", 60, "min");
  return pair(whole, 86_400, "d", 3_600, "h");
}

function pair(seconds, big, bigName, small, smallName) {
  const whole = Math.floor(seconds / big);
  const rest = Math.floor((seconds - whole * big) / small);
  return rest ? `${whole} ${bigName} ${rest} ${smallName}` : `${whole} ${bigName}`;
}

export function between(from, to) {
  return from && to ? (milliseconds(to) - milliseconds(from)) / 1000 : null;
}

/** Dollars with as many places as tell something: $0.0150, $1.24, $310; what would round to nothing is not written as nothing. */
export function money(dollars) {
  if (dollars === null || dollars === undefined) return "–";
  if (dollars === 0) return "$0";
  if (dollars < 0.00005) return "<$0.0001";
  if (dollars >= 99.995) return `$${count(Math.round(dollars))}`;
  const places = dollars >= 0.9995 ? 2 : dollars >= 0.09995 ? 3 : 4;
  return `$${dollars.toFixed(places)}`;
}

export function count(number) {
  if (number === null || number === undefined) return "–";
  return new Intl.NumberFormat("en", number >= 100_000 ? { notation: "compact", maximumFractionDigits: 1 } : {}).format(number);
}

export function bytes(size) {
  if (size === null || size === undefined) return "–";
  if (size < 1_000) return `${size} B`;
  return size < 1_000_000 ? `${(size / 1_000).toFixed(1)} kB` : `${(size / 1_000_000).toFixed(1)} MB`;
}

export const percent = (share) => (share === null || share === undefined ? "–" : `${Math.round(share * 100)}%`);

/** A long identifier's beginning, for people; the whole of it belongs in a title or beside a copy button. */
export const shortId = (id) => {
  const text = String(id ?? "");
  return text.length > 13 ? `${text.slice(0, 8)}…${text.slice(-4)}` : text;
};

/** build_context -> Build context, qa_engineer -> QA engineer */
export function words(name) {
  const text = String(name ?? "")
    .replaceAll("_", " ")
    .trim()
    .replace(/\b(qa|prd|api|json)\b/gi, (short) => short.toUpperCase());
  return text.charAt(0).toUpperCase() + text.slice(1);
}
