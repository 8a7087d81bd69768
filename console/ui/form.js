// Form fields with label, hint and error tied together, and a form that sends once and shows what was refused.
import { html, useId, useRef, useState } from "../preact.js";
import { Button, Problem } from "./basics.js";

export function Field({ label, hint, error, optional = false, children }) {
  const id = useId();
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ") || undefined;
  return html`<div class="field">
    <label for=${id}>${label}${optional && html` <span class="quiet">(optional)</span>`}</label>
    ${children({ id, "aria-describedby": described, "aria-invalid": error ? "true" : undefined })}
    ${hint && html`<p class="hint" id="${id}-hint">${hint}</p>`}
    ${error && html`<p class="field-error" id="${id}-error">${error}</p>`}
  </div>`;
}

export function Text({ label, hint, error, optional, value, set, area = 0, mono = false, ...rest }) {
  const onInput = (event) => set(event.target.value);
  return html`<${Field} label=${label} hint=${hint} error=${error} optional=${optional}>
    ${(ties) =>
      area
        ? html`<textarea class=${mono ? "input mono" : "input"} rows=${area} value=${value} onInput=${onInput} spellcheck=${!mono}
          ...${ties} ...${rest}></textarea>`
        : html`<input class=${mono ? "input mono" : "input"} value=${value} onInput=${onInput} autocomplete="off" ...${ties} ...${rest} />`}
  </${Field}>`;
}

/** `options`: [[value, label], ...] */
export function Select({ label, hint, error, value, set, options, ...rest }) {
  return html`<${Field} label=${label} hint=${hint} error=${error}>
    ${(ties) => html`<select class="input" value=${value} onChange=${(event) => set(event.target.value)} ...${ties} ...${rest}>
      ${options.map(([key, text]) => html`<option value=${key} selected=${key === value}>${text}</option>`)}
    </select>`}
  </${Field}>`;
}

export function Check({ label, hint, checked, set }) {
  const id = useId();
  return html`<div class="check">
    <input type="checkbox" id=${id} checked=${checked} aria-describedby=${hint ? `${id}-hint` : undefined}
      onChange=${(event) => set(event.target.checked)} />
    <div><label for=${id}>${label}</label>${hint && html`<p class="hint" id="${id}-hint">${hint}</p>`}</div>
  </div>`;
}

/**
 * `send(key)` does the request; `key` is the same for every try of this form's present values, so that a repeated one makes nothing twice.
 * It may throw a FormError for what the page itself sees.
 */
export function Form({ children, send, submit, disabled = false, values, cancel }) {
  const [state, setState] = useState({});
  const keyed = useRef({});
  const onSubmit = async (event) => {
    event.preventDefault();
    const now = JSON.stringify(values ?? null);
    if (keyed.current.values !== now) keyed.current = { values: now, key: crypto.randomUUID() };
    setState({ busy: true });
    try {
      await send(keyed.current.key);
      setState({});
    } catch (error) {
      setState({ error });
    }
  };
  return html`<form class="form" onSubmit=${onSubmit} novalidate>
    ${children}
    <${Problem} error=${state.error} focus />
    <div class="form-actions">
      <${Button} type="submit" kind="primary" busy=${state.busy} disabled=${disabled}>${submit}</${Button}>
      ${cancel && html`<${Button} onClick=${cancel}>Cancel</${Button}>`}
    </div>
  </form>`;
}

/** What the page itself finds wrong with a form, before anything is sent; shown like the API's refusals. */
export class FormError extends Error {
  constructor(field, message) {
    super("");
    Object.assign(this, { code: "VALIDATION_ERROR", status: 422, errors: [{ field, message }] });
  }
}

export function parseJson(text, field) {
  try {
    return JSON.parse(text);
  } catch (problem) {
    throw new FormError(field, `is not JSON: ${problem.message}`);
  }
}

/** An object written as JSON; raises FormError for anything else. */
export function objectOf(text, field) {
  const value = parseJson(text, field);
  if (value === null || typeof value !== "object" || Array.isArray(value)) throw new FormError(field, "must be a JSON object");
  return value;
}

export const listOf = (text) =>
  text
    .split(",")
    .map((one) => one.trim())
    .filter(Boolean);
