// The outcome of an analysis: opportunities in their order, each with its effort, its confidence and the evidence it rests on.
import { html } from "../preact.js";
import { percent, words } from "../format.js";
import { href } from "../router.js";
import { Markdown } from "./markdown.js";
import { Meter } from "./meter.js";

export const isOpportunities = (value) =>
  Array.isArray(value?.opportunities) && value.opportunities.every((one) => one && typeof one === "object");

export function Opportunities({ value }) {
  const evidence = Array.isArray(value.evidence) ? value.evidence.filter((one) => one && typeof one === "object") : [];
  return html`<div class="opportunities">
    ${typeof value.summary === "string" && html`<div class="lead"><${Markdown} text=${value.summary} /></div>`}
    <ol class="opportunity-list">
      ${value.opportunities.map((one, place) => html`<li key=${place}><${Opportunity} value=${one} rank=${one.rank ?? place + 1} />
      </li>`)}</ol>
    ${
      evidence.length > 0 &&
      html`<section><h3>Evidence</h3>
        <ul class="evidence">${evidence.map((one) => html`<li key=${one.id}><${Evidence} one=${one} /></li>`)}</ul>
      ${value.evidence_left_out > 0 && html`<p class="quiet small">${value.evidence_left_out} more pieces did not fit.</p>`}</section>`
    }
  </div>`;
}

function Opportunity({ value, rank }) {
  const references = Array.isArray(value.evidence) ? value.evidence : [];
  return html`<article class="opportunity">
    <span class="rank"><span class="sr-only">Rank </span>${String(rank)}</span>
    <div>
      <h3>${textOf(value.title)}</h3>
      <p>${textOf(value.rationale)}</p>
      ${value.first_step && html`<p class="first-step"><strong>First step</strong> ${textOf(value.first_step)}</p>`}
      <div class="measures">
        ${value.effort
          && html`<div class="measure"><span class="measure-name">Effort</span><span class="tag">${words(value.effort)}</span></div>`}
        ${typeof value.confidence === "number"
          && html`<div class="measure"><span class="measure-name">Confidence</span>
            <${Meter} share=${value.confidence} label="Confidence" text=${percent(value.confidence)} /></div>`}
        ${references.length > 0
          && html`<div class="measure"><span class="measure-name">Evidence</span>
            <span class="tags">${references.map((one) => html`<span class="tag mono">${textOf(one)}</span>`)}</span></div>`}
      </div>
    </div>
  </article>`;
}

function Evidence({ one }) {
  const source = one.source ?? {};
  const from =
    source.kind === "run"
      ? html`<a href=${href(`/runs/${textOf(source.ref)}`)}>an earlier analysis</a>`
      : html`input version ${textOf(source.ref)}`;
  return html`<span class="tag mono">${textOf(one.id)}</span>
    <div><blockquote>${textOf(source.quote)}</blockquote>
      <p class="quiet small">${from} · ${partName(source.part)}${source.origin && ` · ${textOf(source.origin)}`}</p></div>`;
}

/** evidence_notes[0] -> evidence note 1; what the service calls otherwise stays as it is. */
const partName = (part) => textOf(part).replace(/^evidence_notes\[(\d+)\]$/, (_, place) => `evidence note ${Number(place) + 1}`);

const textOf = (value) => (value === null || value === undefined ? "" : typeof value === "object" ? JSON.stringify(value) : String(value));
