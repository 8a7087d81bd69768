// A diagnosis as clinicians read it: the summary, how sure and how grave, what was found and on which facts, what is recommended.
import { html } from "../preact.js";
import { fullTime, percent, words } from "../format.js";
import { Facts, Notice } from "./basics.js";
import { Meter } from "./meter.js";

export const isDiagnosis = (value) =>
  typeof value?.summary === "string" && Array.isArray(value.findings) && Array.isArray(value.recommendations);

/** `under(text)` answers what stands under a finding, such as the facts it rests on. `rows` are further facts about how it was made. */
export function Diagnosis({ value, under, rows = [] }) {
  const made = value.metadata && typeof value.metadata === "object" ? value.metadata : {};
  return html`<article class="diagnosis">
    <${Notice} kind="wait" title=${made.model ? "A model made this; a clinician has to confirm it" : "To be confirmed by a clinician"}>
      <p>${made.model ? html`It is the answer of ${String(made.model)}, and no diagnosis before a clinician has checked it
        against the record.`
        : "It does not name a model; it is no diagnosis before a clinician has checked it against the record."}</p></${Notice}>
    <p class="lead">${value.summary}</p>
    <div class="measures">
      ${value.risk_level && html`<${Risk} level=${value.risk_level} />`}
      ${
        typeof value.confidence_score === "number" &&
        html`<div class="measure"><span class="measure-name">Confidence</span>
        <${Meter} share=${value.confidence_score} label="Confidence" text=${percent(value.confidence_score)} /></div>`
      }
    </div>
    ${listOfTexts(made.warnings).map((warning) => html`<${Notice} kind="wait" title="Be wary"><p>${warning}</p></${Notice}>`)}
    <div class="two-columns">
      <section><h3>Findings</h3><${Lines} values=${value.findings} none="None." under=${under} /></section>
      <section><h3>Recommendations</h3><${Lines} values=${value.recommendations} none="None." ordered /></section>
    </div>
    <${Facts} class="strip small" rows=${[
      ["Model", made.model],
      ["Prompt", made.prompt_version],
      ["Made", made.created_at && fullTime(made.created_at)],
      ...rows,
    ]} />
  </article>`;
}

export function Risk({ level }) {
  const known = ["low", "moderate", "high", "critical"].includes(level) ? level : "moderate";
  return html`<div class="measure"><span class="measure-name">Risk</span><span class="risk risk-${known}">${words(level)}</span></div>`;
}

function Lines({ values, none, ordered = false, under }) {
  const texts = listOfTexts(values);
  if (!texts.length) return html`<p class="quiet">${none}</p>`;
  const items = texts.map((text) => html`<li>${text}${under && html` ${under(text)}`}</li>`);
  return ordered ? html`<ol class="lines">${items}</ol>` : html`<ul class="lines">${items}</ul>`;
}

const listOfTexts = (values) => (Array.isArray(values) ? values.map((one) => (typeof one === "string" ? one : JSON.stringify(one))) : []);
