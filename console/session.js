// Who is signed in, in this tab: kept in session storage, renewed before it expires, dropped when it can't be.
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

export const isLocal = () => config.get().mode === "local";

export function keep(value) {
  if (value) sessionStorage.setItem(KEY, JSON.stringify(value));
  else sessionStorage.removeItem(KEY);
  ended.set(false);
  session.set(value);
}

/** The sign-in can't be renewed. */
export function lose() {
  keep(null);
  ended.set(true);
}

export function restore() {
  try {
    session.set(JSON.parse(sessionStorage.getItem(KEY)));
  } catch {
    keep(null);
  }
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
  keep(null);
  if (!isLocal()) cognito.end(config.get());
}

export const user = () => session.get()?.user ?? { sub: "", email: "", orgId: "", roles: [] };
export const hasRole = (...roles) => user().roles.some((role) => roles.includes(role));
