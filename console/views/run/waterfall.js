// The steps of a run as a waterfall: when each worked, failed or waited, and for how long. The same is said in words beside it.
import { html } from "../../preact.js";
import { duration, words } from "../../format.js";
import { useNow } from "../../live.js";
import { failureTitle, isOpen, reasonTitle, STEP_LABELS } from "../../words.js";
import { Status } from "../../ui/basics.js";
import { placed, segmentsOf, ticksOf, timesOf } from "./segments.js";

const HEIGHT = 32;
const KINDS = {
  queue: "waited to be taken up",
  manual: "waited to be started by hand",
  quiet: "waited until nothing could be written behind it",
  backoff: "waited before the next try",
  held: "was held",
  gate: "waited for a person",
  lost: "gave no sign of life for",
  ended: "lay ended before the retry for",
};

export const stepLabel = (name) => STEP_LABELS[name] ?? words(name);
/** The label inside a sentence: QA stays QA. */
export const stepInSentence = (name) =>
  stepLabel(name) === stepLabel(name).toUpperCase() ? stepLabel(name) : stepLabel(name).toLowerCase();

/** `why`: the service's reason for what the run does now. */
export function Waterfall({ run, events, why }) {
  const now = useNow(isOpen(run) ? 1_000 : 0);
  const segments = placed(segmentsOf(run, events, now, why));
  const shortened = segments.some((one) => one.shortened);
  return html`<div class="waterfall">
    <ol>${run.steps.map((step) => html`<${Row} key=${step.name} step=${step}
      segments=${segments.filter((one) => one.step === step.name)} />`)}</ol>
    <${Axis} ticks=${ticksOf(segments)} />
    ${segments.length > 0 && html`<p class="waterfall-sum">${timesInWords(timesOf(segments))}</p>`}
    <div class="legend" aria-hidden="true">
      <span class="key key-done">worked</span><span class="key key-failed">failed attempt</span>
      <span class="key key-wait">waited</span><span class="key key-gate">at a gate</span>
      ${segments.some((one) => one.kind === "lost") && html`<span class="key key-lost">no sign of life</span>`}
      ${shortened && html`<span class="quiet">long waits are drawn shorter</span>`}
    </div>
    <${SegmentTable} segments=${segments} />
  </div>`;
}

function Row({ step, segments }) {
  const worked = segments.filter((one) => one.kind === "work").reduce((total, one) => total + one.end - one.start, 0) / 1000;
  // A step is begun when it was worked on, not while the run waits to be taken up at it.
  const begun = segments.some((one) => one.kind === "work" || one.kind === "lost");
  // Of a run that a person finished by hand no step was the worker's: they are as they were, queued.
  const state = (begun || step.status === "succeeded") && step.status !== "queued" ? step.status : null;
  return html`<li class="waterfall-row">
    <span class="waterfall-name">
      ${state ? html`<${Status} value=${state} size="dot" />` : html`<span class="status dot status-none"></span>`}
      ${stepLabel(step.name)}</span>
    <span class="waterfall-time">${worked ? duration(worked) : html`<span class="quiet">–</span>`}</span>
    <svg class="waterfall-bar" width="100%" height=${HEIGHT} role="img"
      aria-label=${`${stepLabel(step.name)}: ${segments.map(sentence).join("; ") || "not begun"}`}>
      <line class="waterfall-rule" x1="0" x2="100%" y1=${HEIGHT - 0.5} y2=${HEIGHT - 0.5} />
      ${segments.map((one) => html`<${Segment} one=${one} />`)}
    </svg>
  </li>`;
}

function Segment({ one }) {
  const title = html`<title>${sentence(one)}</title>`;
  if (one.kind === "work" || one.kind === "lost") {
    const look = one.kind === "lost" ? "lost" : one.outcome;
    return html`<rect class="seg seg-${look}" x="${one.left}%" width="${one.width}%" y="8" height=${HEIGHT - 16} rx="4">${title}
      </rect>`;
  }
  return html`<g class="seg-wait seg-${one.kind}">${title}
    <rect class="seg-hit" x="${one.left}%" width="${one.width}%" y="3" height=${HEIGHT - 6} />
    <line x1="${one.left}%" x2="${one.left + one.width}%" y1=${HEIGHT / 2} y2=${HEIGHT / 2} />
    ${one.shortened && html`<text x="${one.left + one.width / 2}%" y=${HEIGHT / 2 - 4}>${duration((one.end - one.start) / 1000)}</text>`}
  </g>`;
}

/** Seconds since the creation, where the stretches end: long waits are drawn shorter, so the ticks stand at unequal distances. */
function Axis({ ticks }) {
  if (ticks.length < 2) return null;
  return html`<div class="waterfall-row waterfall-axis" aria-hidden="true"><span class="waterfall-name"></span><span
    class="waterfall-time"></span>
    <svg class="waterfall-bar" width="100%" height="20">${ticks.map((one, place) => html`
      <line class="grid" x1="${one.left}%" x2="${one.left}%" y1="0" y2="5" />
      <text class=${place === 0 || place === ticks.length - 1 ? "tick" : "tick tick-spare"} x="${one.left}%" y="16" text-anchor=${place === 0 ? "start" : place === ticks.length - 1 ? "end" : "middle"}>
        ${place === 0 ? "0" : `+${duration(one.seconds)}`}</text>`)}</svg></div>`;
}

const WAITS = {
  queue: "to be taken up",
  manual: "to be started by hand",
  quiet: "until nothing could be written behind it",
  backoff: "before the next try",
  held: "held back",
  gate: "for a person",
  lost: "after the worker had died",
  ended: "between failure and retry",
};

/** "Worked 144 ms, waited 7.4 s: 112 ms to be taken up, 7.3 s before the next try." */
export function timesInWords({ worked, waited, ...waits }) {
  const parts = Object.entries(WAITS).filter(([kind]) => waits[kind] > 0);
  const reasons = parts.map(([kind, why]) => (parts.length > 1 ? `${duration(waits[kind])} ${why}` : why)).join(", ");
  const wait = waited > 0 && `waited ${duration(waited)}${parts.length > 1 ? ":" : ""} ${reasons}`;
  const text = [worked > 0 && `worked ${duration(worked)}`, wait].filter(Boolean).join(", ");
  return text && `${text[0].toUpperCase()}${text.slice(1)}.`;
}

export function sentence(one) {
  const length = duration((one.end - one.start) / 1000);
  const isNamed = one.reason && !["starting", "manual", "backoff", "gate", "lost_worker"].includes(one.reason);
  if (one.kind !== "work") return `${KINDS[one.kind]} ${length}${isNamed ? `: ${reasonTitle(one.reason)}` : ""}`;
  if (one.outcome === "active") return `attempt ${one.attempt}, running for ${length}`;
  if (one.outcome === "failed") return `attempt ${one.attempt} failed after ${length}: ${failureTitle(one.code)}`;
  return `attempt ${one.attempt}, ${one.outcome === "cancelled" ? "cancelled after" : "worked"} ${length}`;
}

function SegmentTable({ segments }) {
  return html`<details class="as-table"><summary>As a table</summary>
    <div class="scroll" tabindex="0" role="region" aria-label="Timeline as a table">
    <table><thead><tr><th scope="col">Step</th><th scope="col">What</th><th scope="col">Attempt</th><th scope="col">Duration</th>
      </tr></thead>
    <tbody>${segments.map(
      (one) =>
        html`<tr><td>${stepLabel(one.step)}</td><td>${sentence(one)}</td><td>${one.kind === "work" ? one.attempt : ""}</td>
          <td>${duration((one.end - one.start) / 1000)}</td></tr>`,
    )}</tbody></table></div></details>`;
}
