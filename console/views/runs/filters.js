// The filters of the list of runs, kept in the page's address so that a view can be shared.
import { html, useState } from "../../preact.js";
import { navigate } from "../../router.js";
import { Button } from "../../ui/basics.js";
import { Icon } from "../../ui/icon.js";
import { Select, Text } from "../../ui/form.js";
import { STATUSES, WORKFLOWS } from "../../words.js";

const NAMES = ["workflow", "status", "profile", "tag", "range", "from", "to"];
const RANGES = [
  ["", "Any time"],
  ["1", "Last 24 hours"],
  ["7", "Last 7 days"],
  ["30", "Last 30 days"],
  ["dates", "Between dates"],
];
const labels = (table) => Object.entries(table).map(([key, { label }]) => [key, label]);

/** `only`: the names of the filters that the chosen list knows. */
export function Filters({ query, only = NAMES }) {
  const [open, setOpen] = useState(false);
  const active = NAMES.filter((name) => query[name]);
  const set = (name) => (value) =>
    navigate("/runs", { ...query, [name]: value, ...(name === "range" && value !== "dates" && { from: "", to: "" }) }, { replace: true });
  const has = (name) => only.includes(name);
  return html`<div class=${open ? "filters open" : "filters"}>
    <button type="button" class="button small filters-toggle" aria-expanded=${open ? "true" : "false"} onClick=${() => setOpen(!open)}>
      <${Icon} name="filter" /><span>Filters${active.length ? ` (${active.length})` : ""}</span></button>
    <div class="filters-fields" role="search" aria-label="Filter runs">
      ${has("workflow")
        && html`<${Select} label="Workflow" value=${query.workflow ?? ""} set=${set("workflow")}
          options=${[["", "All workflows"], ...labels(WORKFLOWS)]} />`}
      <${Select} label="Status" value=${query.status ?? ""} set=${set("status")} options=${[["", "Any status"], ...labels(STATUSES)]} />
      ${has("profile") && html`<${Late} label="Profile" value=${query.profile ?? ""} set=${set("profile")} placeholder="any" />`}
      ${has("tag") && html`<${Late} label="Tag" value=${query.tag ?? ""} set=${set("tag")} placeholder="any" />`}
      ${has("range") && html`<${Select} label="Created" value=${query.range ?? ""} set=${set("range")} options=${RANGES} />`}
      ${has("range") && query.range === "dates"
        && html`<${Text} label="From" type="date" value=${query.from ?? ""} set=${set("from")} />
          <${Text} label="To" type="date" value=${query.to ?? ""} set=${set("to")} />`}
      ${active.length > 0
        && html`<${Button} kind="small ghost" icon="cross"
          onClick=${() => navigate("/runs", { scope: query.scope }, { replace: true })}>Clear</${Button}>`}
    </div>
  </div>`;
}

/** A text that takes effect when one leaves the field or presses Enter, not at every letter. */
function Late({ value, set, ...rest }) {
  const [text, setText] = useState(value);
  const [known, setKnown] = useState(value);
  if (known !== value) {
    setKnown(value);
    setText(value);
  }
  const done = () => text !== value && set(text.trim());
  return html`<${Text} ...${rest} value=${text} set=${setText} onBlur=${done} onKeyDown=${(event) => event.key === "Enter" && done()} />`;
}

/** The API's query for the page's; `now` in ms. Dates are days of this browser's time zone, both included. */
export function apiQuery({ workflow, status, profile, tag, range, from, to }, now) {
  const days = Number(range);
  const after = range === "dates" ? from && new Date(`${from}T00:00`) : days && new Date(now - days * 86_400_000);
  const before = range === "dates" && to && new Date(new Date(`${to}T00:00`).setHours(24));
  return {
    workflow,
    status,
    profile,
    tag,
    created_after: after ? after.toISOString() : "",
    created_before: before ? before.toISOString() : "",
  };
}
