// Form fields with label, hint and error tied together, and a form that sends once, marks what was refused, and loses nothing typed.
import { createContext, html, useContext, useId, useLayoutEffect, useMemo, useRef, useState } from "../preact.js";
import { words } from "../format.js";
import { user } from "../session.js";
import { Button, Problem } from "./basics.js";

/** {errors: [{field, message}], labels: Map of API name to {label, id}} of the form around a field. */
const AroundContext = createContext({ errors: [], labels: new Map() });

const plain = (field) => String(field ?? "").replace(/^(body|path|query)\./, "");
/** `max_attempts` stands for itself and for what is inside it, such as `tags.3`. */
const isOf = (field, name) => field === name || field.startsWith(`${name}.`) || field.startsWith(`${name}[`);

/** What the form around says of the fields `names`, which are `label` on the screen; makes them known to it. */
function useRefused(names, label, id) {
  const around = useContext(AroundContext);
  const known = [names ?? []].flat();
  known.forEach((name) => around.labels.set(name, { label, id }));
  return around.errors
    .filter((one) => known.some((name) => isOf(plain(one.field), name)))
    .map((one) => one.message)
    .join("; ");
}

/** Several choices under one heading, which the API takes as one value. */
export function Group({ label, names, children }) {
  const id = useId();
  const said = useRefused(names, label, id);
  return html`<fieldset class="choices" id=${id} tabindex="-1" aria-describedby=${said ? `${id}-error` : undefined}>
    <legend>${label}</legend>${children}${said && html`<p class="field-error" id="${id}-error">${said}</p>`}</fieldset>`;
}

/** `names`: what the API calls it, one or several; a refusal of one of them is shown here. */
export function Field({ label, hint, error, names, optional = false, children }) {
  const id = useId();
  const refused = useRefused(names, label, id);
  const said = error ?? refused;
  const described = [hint && `${id}-hint`, said && `${id}-error`].filter(Boolean).join(" ") || undefined;
  return html`<div class="field">
    <label for=${id}>${label}${optional && html` <span class="quiet">(optional)</span>`}</label>
    ${children({ id, "aria-describedby": described, "aria-invalid": said ? "true" : undefined })}
    ${hint && html`<p class="hint" id="${id}-hint">${hint}</p>`}
    ${said && html`<p class="field-error" id="${id}-error">${said}</p>`}
  </div>`;
}

export function Text({ label, hint, error, names, optional, value, set, area = 0, mono = false, ...rest }) {
  const onInput = (event) => set(event.target.value);
  return html`<${Field} label=${label} hint=${hint} error=${error} names=${names} optional=${optional}>
    ${(ties) =>
      area
        ? html`<textarea class=${mono ? "input mono" : "input"} rows=${area} value=${value} onInput=${onInput} spellcheck=${!mono}
          ...${ties} ...${rest}></textarea>`
        : html`<input class=${mono ? "input mono" : "input"} value=${value} onInput=${onInput} autocomplete="off" ...${ties} ...${rest} />`}
  </${Field}>`;
}

/** `options`: [[value, label], ...] */
export function Select({ label, hint, error, names, value, set, options, ...rest }) {
  return html`<${Field} label=${label} hint=${hint} error=${error} names=${names}>
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
export function Form({ children, send, submit, disabled = false, values, cancel, kind = "primary" }) {
  const [state, setState] = useState({});
  const keyed = useRef({});
  const form = useRef(null);
  const labels = useMemo(() => new Map(), []);
  const around = useMemo(() => ({ errors: state.error?.errors ?? [], labels }), [state.error]);
  const onSubmit = async (event) => {
    event.preventDefault();
    const now = JSON.stringify(values ?? null);
    if (keyed.current.values !== now) keyed.current = { values: now, key: crypto.randomUUID() };
    setState({ busy: true });
    try {
      await send(keyed.current.key);
      setState({});
    } catch (error) {
      if (error instanceof FormError) error.errors.push(...numbersOut(form.current, labels));
      setState({ error });
    }
  };
  const labelOf = (field) => {
    const name = plain(field);
    const found = [...labels].find(([known]) => isOf(name, known));
    return found ? found[1] : { label: words(name.split(".").at(-1) || "value") };
  };
  return html`<form class="form" ref=${form} onSubmit=${onSubmit} novalidate><${AroundContext.Provider} value=${around}>
    ${children}
    <${Problem} error=${state.error} focus labelOf=${labelOf} />
    <div class="form-actions">
      <${Button} type="submit" kind=${kind} busy=${state.busy} disabled=${disabled}>${submit}</${Button}>
      ${cancel && html`<${Button} onClick=${cancel}>Cancel</${Button}>`}
    </div></${AroundContext.Provider}>
  </form>`;
}

/** What nothing was asked about, because the page itself found something: numbers out of their bounds, so that all is said at once. */
function numbersOut(form, labels) {
  const nameOf = (id) => [...labels].find(([, held]) => held.id === id)?.[0];
  return [...form.querySelectorAll("input[type=number]")]
    .filter((input) => !input.validity.valid && nameOf(input.id))
    .map((input) => ({ field: nameOf(input.id), message: boundsOf(input) }));
}

function boundsOf({ validity, min, max }) {
  if (validity.rangeOverflow) return `must be at most ${max}`;
  return validity.rangeUnderflow ? `must be at least ${min}` : "must be a number";
}

const drafts = new Map();

/**
 * [values, setValues, sent]: what was typed stays until it was sent, also when one goes elsewhere and comes back. In this tab's memory
 * only. `name` tells the forms apart.
 */
export function useDraft(name, initial) {
  const key = `${user().sub} ${name}`;
  const [values, setValues] = useState(() => ({ ...initial, ...drafts.get(key) }));
  const isSent = useRef(false);
  // Before the next frame, so that whoever leaves at once loses nothing either.
  useLayoutEffect(() => {
    if (!isSent.current) drafts.set(key, values);
  }, [values]);
  const sent = () => {
    isSent.current = true;
    drafts.delete(key);
  };
  return [values, setValues, sent];
}

/** What the page itself finds wrong with a form, before anything is sent; shown like the API's refusals. */
export class FormError extends Error {
  constructor(field, message) {
    super("");
    Object.assign(this, { code: "VALIDATION_ERROR", status: 422, errors: [{ field, message }] });
  }
}

/** `needed`: {field: value}. Raises one FormError that names every field that is empty. */
export function needs(needed) {
  const missing = Object.keys(needed).filter((field) => !needed[field].trim());
  if (!missing.length) return;
  const problem = new FormError(missing[0], "is needed");
  problem.errors = missing.map((field) => ({ field, message: "is needed" }));
  throw problem;
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
