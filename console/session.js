// Who is signed in, in this tab: kept in session storage, renewed before it expires, dropped when it can't be.
// A new tab asks those that are open; nothing is stored for longer than they are.
import * as cognito from "./auth/cognito.js";
import * as local from "./auth/local.js";
import { createStore } from "./store.js";

const KEY = "studio-runs.session";
const EARLY_MS = 60_000;

export const session = createStore(null);
export const config = createStore({ mode: "local", api: "" });
/** Whether the last sign-in ended by itself, and not because somebody signed out. */
export const ended = createStore(false);
let renewing = null;
/** Whether the other tabs were asked, and nobody has signed in or out here since. */
let asking = false;

export const isLocal = () => config.get().mode === "local";

export function keep(value) {
  if (value) sessionStorage.setItem(KEY, JSON.stringify(value));
  else sessionStorage.removeItem(KEY);
  ended.set(false);
  asking = false;
  session.set(value);
}

/** The sign-in can't be renewed. */
export function lose() {
  keep(null);
  ended.set(true);
}

const tabs = "BroadcastChannel" in window ? new BroadcastChannel("studio-runs") : null;
const ASK_MS = 120;
const isFresh = (value) => value?.expiresAt > Date.now();

function heard({ data }) {
  const held = session.get();
  if (data?.kind === "who" && held) tabs.postMessage({ kind: "session", value: held });
  if (data?.kind === "signed-out" && held?.user.sub === data.sub) keep(null);
  // A busy tab may answer when the sign-in page is already shown.
  if (data?.kind === "session" && asking && isFresh(data.value)) keep(data.value);
}
tabs?.addEventListener("message", heard);

/** Takes up this tab's sign-in, or that of another tab of this browser. */
export async function restore() {
  let held = null;
  try {
    held = JSON.parse(sessionStorage.getItem(KEY));
  } catch {
    // What cannot be read is no sign-in.
  }
  held ??= await askedOfOthers();
  if (held) keep(held);
}

function askedOfOthers() {
  if (!tabs) return null;
  return new Promise((resolve) => {
    const done = (value) => {
      tabs.removeEventListener("message", answered);
      resolve(value);
    };
    const answered = ({ data }) => data?.kind === "session" && isFresh(data.value) && done(data.value);
    tabs.addEventListener("message", answered);
    asking = true;
    tabs.postMessage({ kind: "who" });
    setTimeout(() => done(null), ASK_MS);
  });
}

/** A token that holds for another minute, or null. */
export async function token() {
  const held = session.get();
  if (!held) return null;
  if (held.expiresAt - Date.now() < EARLY_MS && !(await renew())) return null;
  return session.get()?.token ?? null;
}

/** One renewal at a time, shared by all who ask for it; answers whether there is a token now. */
export function renew() {
  renewing ??= renewed().finally(() => {
    renewing = null;
  });
  return renewing;
}

async function renewed() {
  const held = session.get();
  if (!held) return false;
  try {
    const provider = isLocal() ? local : cognito;
    const fresh = await provider.renew(config.get(), held);
    // Somebody may have signed out while the answer was on its way.
    if (session.get() !== held) return Boolean(session.get());
    keep(fresh);
    return Boolean(fresh);
  } catch {
    return false;
  }
}

export function signOut() {
  tabs?.postMessage({ kind: "signed-out", sub: user().sub });
  keep(null);
  if (!isLocal()) cognito.end(config.get());
}

export const user = () => session.get()?.user ?? { sub: "", email: "", orgId: "", roles: [] };
export const hasRole = (...roles) => user().roles.some((role) => roles.includes(role));
