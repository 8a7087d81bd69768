// How far a run is, as one mark for each of its workflow's steps. Decorative: the list says the same in words.
import { html } from "../preact.js";
import { isOpen, STEPS } from "../words.js";

const WIDTH = 15;
const GAP = 4;

export function Steps({ run }) {
  const names = STEPS[run.workflow] ?? [];
  if (!names.length) return html`<span class="steps"></span>`;
  const at = reached(run, names);
  const total = names.length * (WIDTH + GAP) - GAP;
  return html`<svg class="steps" viewBox="0 0 ${Math.max(1, total)} 6" width=${total} height="6" aria-hidden="true">
    ${names.map((name, place) => html`<rect key=${name} class=${toneOf(run, place, at)} x=${place * (WIDTH + GAP)} width=${WIDTH} height="6"
      rx="3" />`)}
  </svg>`;
}

function reached(run, names) {
  if (run.status === "succeeded") return names.length;
  const step = run.error_info?.step ?? run.current_phase ?? run.current_step;
  return names.indexOf(step);
}

function toneOf(run, place, at) {
  // A run that was not taken up yet has no active step, whichever it will begin with.
  if (run.status === "queued" && !run.attempt) return "step-later";
  if (place < at) return "step-done";
  if (place > at) return "step-later";
  return isOpen(run) ? `step-${run.status}` : `step-${run.status === "failed" ? "failed" : "later"}`;
}
