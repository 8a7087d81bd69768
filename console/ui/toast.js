// Short messages that come and go, announced politely to screen readers.
import { html } from "../preact.js";
import { createStore, useStore } from "../store.js";
import { Icon } from "./icon.js";

const SHOWN_MS = 6_000;
const toasts = createStore([]);
let last = 0;

export function toast(text, kind = "good") {
  last += 1;
  const one = { id: last, text, kind };
  toasts.set([...toasts.get(), one].slice(-3));
  setTimeout(() => drop(one.id), SHOWN_MS);
}

const drop = (id) => toasts.set(toasts.get().filter((one) => one.id !== id));

export function ToastHost() {
  const shown = useStore(toasts);
  return html`<div class="toasts" role="status" aria-live="polite">
    ${shown.map(
      (
        one,
      ) => html`<div class="toast toast-${one.kind}" key=${one.id}><${Icon} name=${one.kind === "good" ? "check" : "info"} />
        <span>${one.text}</span>
        <button type="button" class="icon-button" aria-label="Dismiss" onClick=${() => drop(one.id)}><${Icon} name="cross" />
        </button></div>`,
    )}
  </div>`;
}
