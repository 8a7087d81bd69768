// A few values in time as a line, small enough to stand in a row; the same is said in words for those who do not see it.
import { html } from "../preact.js";

const WIDTH = 96;
const HEIGHT = 22;
const EDGE = 3;

/** `values`: [{at, value}], newest first. */
export function Spark({ values, label }) {
  const points = values.toReversed();
  const numbers = points.map((one) => one.value);
  const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
  const times = points.map((one) => Date.parse(one.at));
  const span = times.at(-1) - times[0];
  const x = (place) => EDGE + (span > 0 ? (times[place] - times[0]) / span : place / (points.length - 1)) * (WIDTH - 2 * EDGE);
  const y = (value) => HEIGHT - EDGE - (high > low ? (value - low) / (high - low) : 0.5) * (HEIGHT - 2 * EDGE);
  const said = `${label}: ${points.map((one) => `${one.value} on ${String(one.at).slice(0, 10)}`).join(", ")}`;
  return html`<svg class="spark" viewBox="0 0 ${WIDTH} ${HEIGHT}" width=${WIDTH} height=${HEIGHT} role="img" aria-label=${said}>
    <title>${said}</title>
    <polyline points=${points.map((one, place) => `${x(place).toFixed(1)},${y(one.value).toFixed(1)}`).join(" ")} />
    <circle cx=${x(points.length - 1)} cy=${y(numbers.at(-1))} r="2.4" />
  </svg>`;
}
