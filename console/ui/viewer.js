// Chooses how an artifact's content is shown: a diagnosis, opportunities, Markdown, JSON or code; the source is always one choice away.
import { html, useState } from "../preact.js";
import { Code } from "./code.js";
import { Diagnosis, isDiagnosis } from "./diagnosis.js";
import { isOpportunities, Opportunities } from "./opportunities.js";
import { JsonTree } from "./json-tree.js";
import { Markdown } from "./markdown.js";

/** `content`: text. `name` and `type` (the artifact's content type) decide how it is read. */
export function Viewer({ content, name, type = "" }) {
  const ways = waysOf(content, name, type);
  const [chosen, setChosen] = useState(null);
  const current = ways.find(([label]) => label === chosen) ?? ways[0];
  return html`<div class="viewer">
    ${
      ways.length > 1 &&
      html`<div class="switch" role="group" aria-label="Show as">
      ${ways.map(([label]) => html`<button type="button" key=${label} aria-pressed=${label === current[0] ? "true" : "false"}
        onClick=${() => setChosen(label)}>${label}</button>`)}
    </div>`
    }
    ${current[1]()}
  </div>`;
}

function waysOf(content, name, type) {
  const source = ["Source", () => html`<${Code} text=${content} label=${name} />`];
  const value = type.includes("json") || /\.json$/i.test(name) ? parsed(content) : undefined;
  if (value !== undefined) return [...valueWays(value), source];
  if (type.includes("markdown") || /\.(md|markdown)$/i.test(name))
    return [["Document", () => html`<${Markdown} text=${content} />`], source];
  return [source];
}

/** The ways to show a value that is JSON already. */
export function valueWays(value) {
  const tree = ["JSON", () => html`<${JsonTree} value=${value} />`];
  if (isDiagnosis(value)) return [["Diagnosis", () => html`<${Diagnosis} value=${value} />`], tree];
  if (isOpportunities(value)) return [["Opportunities", () => html`<${Opportunities} value=${value} />`], tree];
  return [tree];
}

function parsed(content) {
  try {
    return JSON.parse(content);
  } catch {
    return undefined;
  }
}
