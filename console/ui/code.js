// A text file with line numbers, wrapped or not, to look at and to copy.
import { html, useState } from "../preact.js";
import { Button } from "./basics.js";
import { toast } from "./toast.js";

const MOST_LINES = 5_000;

export function Code({ text, label = "File" }) {
  const [wrap, setWrap] = useState(false);
  const lines = text.split("\n");
  const copy = () =>
    navigator.clipboard.writeText(text).then(
      () => toast("Copied."),
      () => toast("The browser did not allow copying.", "info"),
    );
  return html`<div class="code">
    <div class="code-bar"><span class="quiet small">${lines.length} ${lines.length === 1 ? "line" : "lines"}</span>
      <label class="small"><input type="checkbox" checked=${wrap} onChange=${(event) => setWrap(event.target.checked)} /> Wrap lines</label>
      <${Button} kind="small" icon="copy" onClick=${copy}>Copy</${Button}>
    </div>
    <pre class=${wrap ? "wrap" : ""} tabindex="0" role="region" aria-label=${label}>
      ${lines.slice(0, MOST_LINES).map((line, place) => html`<span class="code-line">
        <span class="code-number" aria-hidden="true">${place + 1}</span><code>${line || " "}</code></span>`)}
    </pre>
    ${lines.length > MOST_LINES && html`<p class="quiet small">The first ${MOST_LINES} lines. Download the file for the rest.</p>`}
  </div>`;
}
