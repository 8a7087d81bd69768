// What every chart has: a name, a drawing that is described in words, a legend, and the same numbers as a table.
import { html } from "../preact.js";

/** `head`: column names; `rows`: [[cell, ...], ...], the first cell naming the row. */
export function ChartFrame({ label, summary, legend = [], head, rows, children }) {
  return html`<figure class="chart" aria-label=${label}>
    ${children}
    ${legend.length > 1
      && html`<div class="legend" aria-hidden="true">
        ${legend.map(([name, tone]) => html`<span class="key tone-${tone}">${name}</span>`)}</div>`}
    ${summary && html`<figcaption class="quiet small">${summary}</figcaption>`}
    <details class="as-table"><summary>As a table</summary><div class="scroll" tabindex="0" role="region" aria-label="${label}, as a table">
      <table class="numbers"><thead><tr>${head.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
      <tbody>${rows.map((row) => html`<tr>
        ${row.map((cell, place) => (place === 0 ? html`<th scope="row">${cell}</th>` : html`<td>${cell}</td>`))}</tr>`)}</tbody></table>
    </div></details>
  </figure>`;
}

/** A round number of things at or above the largest value, so that the axis ends on a tick. */
export function niceTop(largest, ticks = 4) {
  if (largest <= 0) return ticks;
  const rough = largest / ticks;
  const size = 10 ** Math.floor(Math.log10(Math.max(1, rough)));
  return [1, 2, 3, 4, 5, 6, 8, 10].find((one) => one * size >= rough - 1e-9) * size * ticks;
}
