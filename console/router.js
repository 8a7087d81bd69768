// Addresses after the `#`: /runs/ID?tab=history. Knows which page an address names only through the table that it is given.
// Back comes back to where one was on the page, too.
import { createStore, useStore } from "./store.js";

const RESTORE_MS = 3_000;
const current = createStore(parse(location.hash));
const places = new Map();
let shown = entryKey();
let restoring = null;

history.scrollRestoration = "manual";
window.addEventListener("scroll", () => restoring ?? places.set(shown, window.scrollY), { passive: true });
window.addEventListener("hashchange", () => {
  const isKnown = Boolean(history.state?.key);
  shown = entryKey();
  restoring = isKnown && places.get(shown) ? { top: places.get(shown), until: Date.now() + RESTORE_MS } : null;
  current.set(parse(location.hash));
  if (restoring) bringBack(restoring);
});
["wheel", "touchstart", "keydown"].forEach((kind) =>
  window.addEventListener(
    kind,
    () => {
      restoring = null;
    },
    { passive: true },
  ),
);

/** Each entry of the browser's history has a key of its own from when it is first shown. */
function entryKey() {
  if (!history.state?.key) history.replaceState({ ...history.state, key: crypto.randomUUID() }, "");
  return history.state.key;
}

/** Scrolls as soon as the page is long enough again; what is loaded takes its time. */
function bringBack(goal) {
  if (restoring !== goal) return;
  const isLong = document.documentElement.scrollHeight - window.innerHeight >= goal.top;
  if (isLong) window.scrollTo(0, goal.top);
  if ((isLong && Math.abs(window.scrollY - goal.top) < 2 && goal.isSeen) || Date.now() > goal.until) {
    restoring = null;
    return;
  }
  goal.isSeen = isLong;
  setTimeout(() => bringBack(goal), 60);
}

/** Whether the page is about to be scrolled to where one was on it. */
export const isComingBack = () => restoring !== null;

/** {path: "/runs/ID", parts: ["runs", ID], query: {tab: "history"}} */
export function parse(hash) {
  const [path, query = ""] = hash.replace(/^#/, "").split("?");
  const parts = path.split("/").filter(Boolean).map(decoded);
  return { path: `/${parts.join("/")}`, parts, query: Object.fromEntries(new URLSearchParams(query)) };
}

export const useRoute = () => useStore(current);

export function href(path, query = {}) {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== "");
  return `#${path}${given.length ? `?${new URLSearchParams(given)}` : ""}`;
}

export function navigate(path, query, { replace = false } = {}) {
  const target = href(path, query);
  if (replace) {
    history.replaceState(history.state, "", target);
    current.set(parse(target));
  } else {
    location.hash = target;
  }
}

function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
