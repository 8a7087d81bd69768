// Signing in to the local stack: one of its demo users, whose token it hands out to whoever asks.
import { devToken, devUsers } from "../api.js";
import { sessionOf } from "./tokens.js";

export const users = async () => (await devUsers()).users;

export async function signIn(name) {
  return { ...sessionOf((await devToken(name)).token), localUser: name };
}

export const renew = async (config, session) => (session.localUser ? signIn(session.localUser) : null);
