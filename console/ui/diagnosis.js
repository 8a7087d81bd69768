// A diagnosis as clinicians read it: the summary, how sure and how grave, what was found, what is recommended, and what to be wary of.
import { html } from "../preact.js";
import { fullTime, percent, words } from "../format.js";
import { Facts, Notice } from "./basics.js";
import { Meter } from "./meter.js";

export const isDiagnosis = (value) =>
  typeof value?.summary === "string" && Array.isArray(value.findings) && Array.isArray(value.recommendations);

export function Diagnosis({ value }) {
  const made = value.metadata && typeof value.metadata === "object" ? value.metadata : {};
  return html`<article class="diagnosis">
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
      <section><h3>Findings</h3><${Lines} values=${value.findings} none="None." /></section>
      <section><h3>Recommendations</h3><${Lines} values=${value.recommendations} none="None." ordered /></section>
    </div>
    <${Facts} class="strip small" rows=${[
      ["Model", made.model],
      ["Prompt", made.prompt_version],
      ["Made", made.created_at && fullTime(made.created_at)],
    ]} />
  </article>`;
}

export function Risk({ level }) {
  const known = ["low", "moderate", "high", "critical"].includes(level) ? level : "moderate";
  return html`<div class="measure"><span class="measure-name">Risk</span><span class="risk risk-${known}">${words(level)}</span></div>`;
}

function Lines({ values, none, ordered = false }) {
  const texts = listOfTexts(values);
  if (!texts.length) return html`<p class="quiet">${none}</p>`;
  const items = texts.map((text) => html`<li>${text}</li>`);
  return ordered ? html`<ol class="lines">${items}</ol>` : html`<ul class="lines">${items}</ul>`;
}

const listOfTexts = (values) => (Array.isArray(values) ? values.map((one) => (typeof one === "string" ? one : JSON.stringify(one))) : []);
