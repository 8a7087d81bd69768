// Horizontal bars, one a row, each with its name and number in words beside it: readable by everybody without further help.
import { html } from "../preact.js";

/** `rows`: [{label, note?, href?, value, text, parts?: [{value, tone, title}]}]; `tone` colours bars without parts. */
export function Bars({ rows, label, tone = "accent" }) {
  const largest = Math.max(1e-9, ...rows.map((row) => row.value));
  return html`<ul class="bars" aria-label=${label}>${rows.map(
    (row) => html`<li key=${row.note ?? row.label}><span
      class="bar-name">${row.href ? html`<a href=${row.href}>${row.label}</a>` : row.label}
      ${row.note && html` <span class="mono quiet small">${row.note}</span>`}</span><span class="bar-text">${row.text}</span>
      <svg class="bar" width="100%" height="10" aria-hidden="true"><rect class="bar-ground" width="100%" height="10" rx="3" />
        ${partsOf(row, tone, largest)}</svg></li>`,
  )}</ul>`;
}

function partsOf(row, tone, largest) {
  let left = 0;
  return (row.parts ?? [{ value: row.value, tone }]).map((part) => {
    const width = (part.value / largest) * 100;
    left += width;
    return html`<rect class="fill-${part.tone}" x="${left - width}%" width="${width}%" height="10" rx="3">
      ${part.title && html`<title>${part.title}</title>`}</rect>`;
  });
}
