// The transport: token, JSON, the envelope, and every failure as one kind of error. Knows no route and no page.

import { learnDate, learnTime } from "./clock.js";

/** What took longer tells too little about the time at which it was said. */
const QUICK_MS = 2_000;
const settings = { api: "", token: async () => null, renew: async () => false, lost: () => {} };

/** `token` answers a usable token or null, `renew` tries to get a new one, `lost` is told when there is none to be had. */
export function configure(changes) {
  Object.assign(settings, changes);
}

/** Where a route that needs no token can be opened by itself. */
export const addressOf = (route) => settings.api + route;

/** status 0: no answer at all. `errors`: [{field, message}]. `details`: what else the error object said. */
export class ApiError extends Error {
  constructor(status, error, requestId) {
    super(error.message || "");
    const { code, message: _, errors, ...details } = error;
    Object.assign(this, { name: "ApiError", status, code, errors: errors || [], details, requestId });
  }
}

/** A path with its values encoded: path`/runs/${runId}`. */
export function path(parts, ...values) {
  return parts.reduce((text, part, place) => text + encodeURIComponent(values[place - 1]) + part);
}

/** {data, status, replayed, requestId} of an enveloped answer; data is null for 204. Raises ApiError. */
export async function send(method, route, options = {}) {
  const response = await authorized(method, route, options);
  if (response.status === 204) return { data: null, status: 204 };
  const body = await readJson(response);
  if (!response.ok || body?.success === false) throw failure(response, body);
  learnTime(body.data);
  return {
    data: body.data,
    status: response.status,
    replayed: response.headers.get("idempotency-replayed") === "true",
    requestId: body.requestId,
  };
}

/** A file, through whatever redirect the API answers with. Raises ApiError. */
export async function sendForBlob(route, options = {}) {
  const response = await authorized("GET", route, options);
  if (!response.ok) throw failure(response, await readJson(response));
  return response.blob();
}

/** {status, text} of an answer that is no JSON; the text is empty for 204. Raises ApiError. */
export async function sendForText(route, options = {}) {
  const response = await authorized("GET", route, options);
  if (!response.ok) throw failure(response, await readJson(response));
  return { status: response.status, text: await response.text() };
}

/** Puts a file to where a presigned address says. Raises ApiError. */
export async function putFile(address, headers, body) {
  try {
    const response = await fetch(address, { method: "PUT", headers, body });
    if (!response.ok) throw new ApiError(response.status, { code: "NOT_STORED", message: "The file could not be put there." });
  } catch (problem) {
    if (problem instanceof ApiError) throw problem;
    throw new ApiError(0, { code: "NO_ANSWER", message: "The service could not be reached." });
  }
}

/** Bare JSON without envelope or token. Raises ApiError. */
export async function sendBare(method, route, body) {
  const response = await attempt(method, route, { body }, null);
  const answer = await readJson(response);
  if (!response.ok) throw failure(response, answer);
  return answer;
}

async function authorized(method, route, options) {
  const response = await attempt(method, route, options, await settings.token());
  if (response.status !== 401) return response;
  if (await settings.renew()) return attempt(method, route, options, await settings.token());
  settings.lost();
  return response;
}

async function attempt(method, route, { query, body, wait, key, signal, accept }, token) {
  const headers = { accept: accept ?? "application/json" };
  if (token) headers.authorization = `Bearer ${token}`;
  if (wait) headers.prefer = `wait=${wait}`;
  if (key) headers["idempotency-key"] = key;
  if (body !== undefined) headers["content-type"] = "application/json";
  const payload = body === undefined || typeof body === "string" ? body : JSON.stringify(body);
  const asked = Date.now();
  try {
    const response = await fetch(settings.api + route + queryString(query), { method, headers, body: payload, signal });
    if (Date.now() - asked < QUICK_MS) learnDate(response.headers.get("date"), asked);
    return response;
  } catch (problem) {
    if (problem.name === "AbortError") throw problem;
    throw new ApiError(0, { code: "NO_ANSWER", message: "The service could not be reached." });
  }
}

function queryString(query = {}) {
  const given = Object.entries(query)
    .flatMap(([name, value]) => (Array.isArray(value) ? value.map((one) => [name, one]) : [[name, value]]))
    .filter(([, value]) => value !== undefined && value !== null && value !== "");
  return given.length ? `?${new URLSearchParams(given)}` : "";
}

async function readJson(response) {
  try {
    return await response.json();
  } catch {
    return null;
  }
}

function failure(response, body) {
  const requestId = body?.requestId || response.headers.get("x-request-id") || response.headers.get("apigw-requestid");
  const error = body?.error && typeof body.error === "object" ? body.error : { message: body?.message || body?.error };
  const retryAfter = response.headers.get("retry-after");
  return new ApiError(response.status, { ...error, ...(retryAfter && { retryAfter }) }, requestId);
}
