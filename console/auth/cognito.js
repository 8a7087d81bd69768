// Signing in through a Cognito user pool's hosted pages: authorization code with PKCE (RFC 7636), state and nonce (OpenID Connect Core).
// The verifier, state and nonce live in this tab's session storage between leaving and coming back, and are used once.
import { base64Url, claimsOf, randomText, sessionOf } from "./tokens.js";

const PENDING = "studio-runs.sign-in";

export class SignInFailed extends Error {}

/** Leaves the page. `returnTo` is the address to come back to. */
export async function begin(config, returnTo) {
  const pending = { state: randomText(), nonce: randomText(), verifier: randomText(48), returnTo };
  sessionStorage.setItem(PENDING, JSON.stringify(pending));
  location.assign(await authorizeAddress(config, pending));
}

export async function authorizeAddress(config, { state, nonce, verifier }) {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier));
  const query = new URLSearchParams({
    response_type: "code",
    client_id: config.clientId,
    redirect_uri: redirectAddress(),
    scope: config.scope || "openid email",
    state,
    nonce,
    code_challenge: base64Url(new Uint8Array(digest)),
    code_challenge_method: "S256",
  });
  return `${hosted(config)}/oauth2/authorize?${query}`;
}

/** Whether this page load is the way back from the hosted pages. */
export function isReturning(query) {
  return query.has("state") && (query.has("code") || query.has("error"));
}

/** {session, returnTo}. Raises SignInFailed with words for the person. */
export async function finish(config, query) {
  const pending = JSON.parse(sessionStorage.getItem(PENDING) || "null");
  sessionStorage.removeItem(PENDING);
  if (!pending || query.get("state") !== pending.state)
    throw new SignInFailed("This sign-in was not started here, or it is too old. Please start again.");
  if (query.has("error")) throw new SignInFailed(query.get("error_description") || "The sign-in was refused.");
  const answer = await exchange(config, {
    grant_type: "authorization_code",
    code: query.get("code"),
    redirect_uri: redirectAddress(),
    code_verifier: pending.verifier,
  });
  return { session: checked(config, answer, pending.nonce), returnTo: pending.returnTo };
}

/** A session with a new token, or null when the refresh token no longer holds. Raises SignInFailed when nobody answers. */
export async function renew(config, session) {
  if (!session.refreshToken) return null;
  try {
    const answer = await exchange(config, { grant_type: "refresh_token", refresh_token: session.refreshToken });
    return checked(config, { refresh_token: session.refreshToken, ...answer });
  } catch (problem) {
    if (problem.refused) return null;
    throw problem;
  }
}

/** Leaves the page, and ends the hosted pages' own session too. */
export function end(config) {
  const query = new URLSearchParams({ client_id: config.clientId, logout_uri: redirectAddress() });
  location.assign(`${hosted(config)}/logout?${query}`);
}

async function exchange(config, fields) {
  const body = new URLSearchParams({ client_id: config.clientId, ...fields });
  let response;
  try {
    response = await fetch(`${hosted(config)}/oauth2/token`, { method: "POST", body });
  } catch {
    throw new SignInFailed("The sign-in service could not be reached.");
  }
  if (response.ok) return response.json();
  throw Object.assign(new SignInFailed("The sign-in service did not accept this sign-in. Please start again."), {
    refused: response.status < 500,
  });
}

function checked(config, answer, nonce) {
  const claims = claimsOf(answer.id_token);
  if (claims.aud !== config.clientId || (nonce && claims.nonce !== nonce))
    throw new SignInFailed("The token was not made for this sign-in.");
  return { ...sessionOf(answer.id_token, config), refreshToken: answer.refresh_token };
}

function hosted(config) {
  return (config.domain.includes("://") ? config.domain : `https://${config.domain}`).replace(/\/$/, "");
}

function redirectAddress() {
  return location.origin + location.pathname.replace(/index\.html$/, "");
}
