// Addresses after the `#`: /runs/ID?tab=history. Knows which page an address names only through the table that it is given.
import { createStore, useStore } from "./store.js";

const current = createStore(parse(location.hash));
window.addEventListener("hashchange", () => current.set(parse(location.hash)));

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
    history.replaceState(null, "", target);
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
