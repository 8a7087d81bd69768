// JSON as a tree that opens and closes; long lists are shown in portions. Every key and value is text.
import { html, useState } from "../preact.js";

const PORTION = 100;
const LONG_TEXT = 600;

/** `label` names it for those who do not see what it stands under. */
export function JsonTree({ value, open = 2, label = "JSON" }) {
  return html`<div class="json" tabindex="0" role="region" aria-label=${label}><${Node} value=${value} open=${open} /></div>`;
}

function Node({ name, value, open }) {
  const label = name === undefined ? null : html`<span class="json-key">${name}</span><span class="json-mark">: </span>`;
  if (value === null || typeof value !== "object") return html`<div class="json-leaf">${label}<${Leaf} value=${value} /></div>`;
  const entries = Array.isArray(value) ? value.map((one, place) => [place, one]) : Object.entries(value);
  const size = Array.isArray(value) ? `[${entries.length}]` : `{${entries.length}}`;
  if (!entries.length)
    return html`<div class="json-leaf">${label}<span class="json-mark">${Array.isArray(value) ? "[ ]" : "{ }"}</span></div>`;
  return html`<${Branch} label=${label} size=${size} entries=${entries} open=${open} />`;
}

function Branch({ label, size, entries, open }) {
  const [isOpen, setOpen] = useState(open > 0);
  const [shown, setShown] = useState(PORTION);
  return html`<details class="json-branch" open=${isOpen} onToggle=${(event) => setOpen(event.currentTarget.open)}>
    <summary>${label}<span class="json-mark">${size}</span></summary>
    ${
      isOpen &&
      html`<div class="json-children">
        ${entries.slice(0, shown).map(([key, one]) => html`<${Node} key=${key} name=${key} value=${one} open=${open - 1} />`)}
      ${shown < entries.length
        && html`<button type="button" class="button small"
          onClick=${() => setShown(shown + PORTION)}>Show ${Math.min(PORTION, entries.length - shown)} more</button>`}</div>`
    }
  </details>`;
}

function Leaf({ value }) {
  const [whole, setWhole] = useState(false);
  if (typeof value !== "string") return html`<span class="json-${value === null ? "null" : typeof value}">${String(value)}</span>`;
  const isLong = value.length > LONG_TEXT && !whole;
  return html`<span class="json-string">"${isLong ? value.slice(0, LONG_TEXT) : value}${!isLong && '"'}</span>
    ${isLong && html`<button type="button" class="button small"
      onClick=${() => setWhole(true)}>… ${value.length - LONG_TEXT} more characters</button>`}`;
}
