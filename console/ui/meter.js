// A share of one as a bar with its number beside it. Drawn as SVG, because styles stay out of the page's markup.
import { html } from "../preact.js";

const WIDTH = 120;

export function Meter({ share, text, label, tone = "" }) {
  const value = Math.max(0, Math.min(1, share));
  return html`<span class="meter ${tone}">
    <svg viewBox="0 0 ${WIDTH} 8" width=${WIDTH} height="8" role="img" aria-label="${label}: ${text}">
      <rect class="meter-ground" width=${WIDTH} height="8" rx="4" />
      <rect class="meter-value" width=${Math.max(4, value * WIDTH)} height="8" rx="4" />
    </svg><span class="meter-text" aria-hidden="true">${text}</span>
  </span>`;
}
