// The outcome of an analysis: opportunities in their order, each with its effort, its confidence and the evidence it rests on.
import { html } from "../preact.js";
import { percent, words } from "../format.js";
import { Markdown } from "./markdown.js";
import { Meter } from "./meter.js";

export const isOpportunities = (value) => Array.isArray(value?.opportunities) && value.opportunities.every((one) => one && typeof one === "object");

export function Opportunities({ value }) {
  return html`<div class="opportunities">
    ${typeof value.summary === "string" && html`<div class="lead"><${Markdown} text=${value.summary} /></div>`}
    <ol class="opportunity-list">${value.opportunities.map((one, place) => html`<li key=${place}><${Opportunity} value=${one} rank=${one.rank ?? place + 1} /></li>`)}</ol>
    ${Array.isArray(value.evidence) && value.evidence.length > 0 && html`<section><h3>Evidence</h3><ul class="lines">
      ${value.evidence.map((one) => html`<li>${one.id && html`<code>${one.id}</code> `}${one.text ?? one.note ?? JSON.stringify(one)}${one.source && html` <span class="quiet">· ${textOf(one.source)}</span>`}</li>`)}
    </ul></section>`}
  </div>`;
}

function Opportunity({ value, rank }) {
  const references = value.evidence ?? value.evidence_refs ?? value.evidence_ids ?? [];
  const confidence = value.confidence ?? value.confidence_score;
  return html`<article class="opportunity">
    <span class="rank" aria-label="Rank ${rank}">${rank}</span>
    <div>
      <h3>${value.title ?? value.name ?? `Opportunity ${rank}`}</h3>
      <p>${value.description ?? value.rationale ?? value.summary ?? ""}</p>
      <div class="measures">
        ${value.effort !== undefined && html`<div class="measure"><span class="measure-name">Effort</span><span class="tag">${words(value.effort)}</span></div>`}
        ${typeof confidence === "number" && html`<div class="measure"><span class="measure-name">Confidence</span><${Meter} share=${confidence} label="Confidence" text=${percent(confidence)} /></div>`}
        ${Array.isArray(references) && references.length > 0 && html`<div class="measure"><span class="measure-name">Evidence</span>
          <span class="tags">${references.map((one) => html`<span class="tag mono">${textOf(one)}</span>`)}</span></div>`}
      </div>
    </div>
  </article>`;
}

const textOf = (one) => (typeof one === "object" && one !== null ? one.id ?? one.ref ?? one.kind ?? JSON.stringify(one) : String(one));
