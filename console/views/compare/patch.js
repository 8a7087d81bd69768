// A difference (RFC 6902) in words: what was added, removed or changed, and where.
import { html } from "../../preact.js";
import { words } from "../../format.js";
import { Card } from "../../ui/basics.js";
import { JsonTree } from "../../ui/json-tree.js";

const MOST = 200;
const OPS = { add: "added", remove: "removed", replace: "changed", move: "moved", copy: "copied" };

/** `before`: the first value, where the old words are at hand; `patch` is null where the caller may not see the field. */
export function Patch({ title, patch, before }) {
  return html`<${Card} title=${title}>
    ${patch === null || patch === undefined
      ? html`<p class="quiet">Not shown to you.</p>`
      : patch.length === 0
        ? html`<p class="quiet">The same in both.</p>`
        : html`<ul class="patch">${patch.slice(0, MOST).map((one) => html`<li><${Change} one=${one} before=${before} /></li>`)}</ul>`}
    ${patch?.length > MOST && html`<p class="quiet small">${patch.length - MOST} more differences.</p>`}
  </${Card}>`;
}

function Change({ one, before }) {
  const old = one.op === "replace" || one.op === "remove" ? valueAt(before, one.path) : undefined;
  return html`<p><span class="tag">${OPS[one.op] ?? one.op}</span> <strong>${placeOf(one.path)}</strong></p>
    ${old !== undefined && html`<del><${Value} value=${old} label=${`Before: ${placeOf(one.path)}`} /></del>`}
    ${one.value !== undefined && html`<ins><${Value} value=${one.value} label=${`After: ${placeOf(one.path)}`} /></ins>`}`;
}

const partsOf = (path) =>
  path
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
const partName = (part) => (/^\d+$/.test(part) ? `no. ${Number(part) + 1}` : words(part));
const placeOf = (path) => partsOf(path).map(partName).join(" › ") || "everything";
/** `label`: its name for those who do not see what it stands under. */
function Value({ value, label }) {
  if (value === null) return "nothing";
  return typeof value === "object" ? html`<${JsonTree} value=${value} label=${label} />` : String(value);
}

function valueAt(value, path) {
  return partsOf(path).reduce((held, part) => (held === null || held === undefined ? undefined : held[part]), value);
}
