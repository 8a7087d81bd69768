// Columns over time or over classes of size, stacked where they have parts. Sizes are in percent, so the drawing fits any width.
import { html } from "../preact.js";
import { ChartFrame, niceTop } from "./frame.js";

const HEIGHT = 190;
const TOP = 12;
const BOTTOM = 24;
const LEFT = 7;
const TICKS = 4;
const MOST_LABELS = 7;

/**
 * `columns`: [{label, title, parts: [value per series]}]; `series`: [[name, tone], ...]; `format` writes a value.
 * `hrefs` of a column, one a part, lead to what it counts.
 * A column with an `end` is a class of size: its label, and the last one's end, stand at its edges.
 */
export function Columns({ label, summary, columns, series, first, format = String }) {
  const totals = columns.map((one) => one.parts.reduce((sum, value) => sum + value, 0));
  const top = niceTop(Math.max(...totals, 0), TICKS);
  const slot = (100 - LEFT) / Math.max(1, columns.length);
  const every = Math.ceil(columns.length / MOST_LABELS);
  return html`<${ChartFrame} label=${label} summary=${summary} legend=${series} head=${[first, ...series.map(([name]) => name)]}
    rows=${columns.map((one) => [one.title, ...one.parts.map(format)])}>
    <svg class="columns" width="100%" height=${HEIGHT} role=${columns.some((one) => one.hrefs) ? "group" : "img"}
      aria-label="${label}. ${summary ?? ""}">
      <${Axis} top=${top} format=${format} />
      ${columns.map((one, place) => html`<${Column} key=${one.title} one=${one} x=${LEFT + place * slot} slot=${slot} top=${top}
        series=${series} labelled=${place % every === 0 && hasRoom(columns, place, slot)} spare=${(place / every) % 2 === 1} format=${format} />`)}
      ${columns.at(-1)?.end && html`<${Label} x=${100} text=${columns.at(-1).end} anchor="end" spare=${columns.length % 2 === 1} />`}
    </svg>
  </${ChartFrame}>`;
}

/** Whether the label at a class's lower edge stays clear of the one at the last edge, which ends there; a letter takes 1.6 percent. */
function hasRoom(columns, place, slot) {
  const end = columns.at(-1)?.end;
  return !end || (columns.length - place) * slot > (end.length + columns[place].label.length / 2) * 1.6;
}

const heightOf = (value, top) => (value / top) * (HEIGHT - TOP - BOTTOM);

function Axis({ top, format }) {
  return Array.from({ length: TICKS + 1 }, (_, tick) => {
    const value = (top / TICKS) * tick;
    const y = HEIGHT - BOTTOM - heightOf(value, top);
    return html`<line class="grid" x1="${LEFT}%" x2="100%" y1=${y} y2=${y} />
      <text class="tick" x="${LEFT - 1}%" y=${y + 3.5} text-anchor="end">${format(value)}</text>`;
  });
}

function Column({ one, x, slot, top, series, labelled, spare, format }) {
  let base = HEIGHT - BOTTOM;
  const gap = slot * 0.14;
  return html`<g>
    ${one.parts.map((value, place) => {
      const height = heightOf(value, top);
      base -= height;
      const said = `${one.title}: ${format(value)} ${series[place][0]}`;
      const bar = html`<rect class="fill-${series[place][1]}" x="${x + gap}%" width="${slot - 2 * gap}%" y=${base} height=${height} rx="2">
          <title>${said}</title></rect>`;
      return value > 0 && (one.hrefs?.[place] ? html`<a href=${one.hrefs[place]} aria-label=${said}>${bar}</a>` : bar);
    })}
    ${labelled && html`<${Label} x=${one.end ? x : x + slot / 2} text=${one.label} spare=${spare} />`}
  </g>`;
}

function Label({ x, text, spare, anchor = "middle" }) {
  return html`<text class=${spare ? "tick tick-spare" : "tick"} x="${x}%" y=${HEIGHT - 7} text-anchor=${anchor}>${text}</text>`;
}
