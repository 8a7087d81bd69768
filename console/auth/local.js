// Signing in to the local stack: one of its demo users, whose token it hands out to whoever asks.
import { devToken, devUsers } from "../api.js";
import { sessionOf } from "./tokens.js";

let asked = null;

/** The demo users; asked for once. */
export async function users() {
  asked ??= devUsers().catch((problem) => {
    asked = null;
    throw problem;
  });
  return (await asked).users;
}

export async function signIn(name) {
  return { ...sessionOf((await devToken(name)).token), localUser: name };
}

export const renew = async (config, session) => (session.localUser ? signIn(session.localUser) : null);
