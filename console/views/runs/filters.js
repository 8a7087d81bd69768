// The filters of the list of runs, kept in the page's address so that a view can be shared and Back undoes a step.
import { html, useState } from "../../preact.js";
import { knownPatients, loadPatients, patientLine } from "../../patients.js";
import { maySee } from "../../permissions.js";
import { navigate } from "../../router.js";
import { user } from "../../session.js";
import { useStore } from "../../store.js";
import { Button } from "../../ui/basics.js";
import { Icon } from "../../ui/icon.js";
import { Select, Text } from "../../ui/form.js";
import { FAILURES, STATUSES, WORKFLOWS } from "../../words.js";
import { NAMES, RANGES, statusesOf } from "./finding.js";

const MORE = ["profile", "tag", "patient", "creator", "code", "cost_from", "cost_to", "took_from", "took_to"];

/** `only`: the names of the filters that the chosen list knows. */
export function Filters({ query, only = NAMES }) {
  const [open, setOpen] = useState(false);
  const active = NAMES.filter((name) => query[name]);
  const go = (changes) => navigate("/runs", { ...query, cursor: "", page: "", ...changes });
  const without = (name, value) => name === "range" && !["dates", "utc"].includes(value) && { from: "", to: "" };
  const set = (name) => (value) => go({ [name]: value, ...without(name, value) });
  const has = (name) => only.includes(name);
  return html`<div class=${open ? "filters open" : "filters"}>
    <button type="button" class="button small filters-toggle" aria-expanded=${open ? "true" : "false"} onClick=${() => setOpen(!open)}>
      <${Icon} name="filter" /><span>Filters${active.length ? ` (${active.length})` : ""}</span></button>
    <div class="filters-fields" role="search" aria-label="Filter runs">
      <${Late} label="Id or name" type="search" value=${query.q ?? ""} set=${set("q")} placeholder="any" data-find />
      ${has("workflow")
        && html`<${Select} label="Workflow" value=${query.workflow ?? ""} set=${set("workflow")}
          options=${[["", "All workflows"], ...Object.entries(WORKFLOWS).map(([key, { label }]) => [key, label])]} />`}
      ${has("range") && html`<${Select} label="Created" value=${query.range ?? ""} set=${set("range")} options=${RANGES} />`}
      ${has("range") && ["dates", "utc"].includes(query.range)
        && html`<${Text} label="From" type="date" value=${query.from ?? ""} set=${set("from")} />
          <${Text} label="To" type="date" value=${query.to ?? ""} set=${set("to")} />`}
      <${Statuses} chosen=${statusesOf(query)} set=${(list) => go({ status: list.join(",") })} />
      <${More} query=${query} set=${set} has=${has} />
      ${active.length > 0
        && html`<${Button} kind="small ghost" icon="cross"
          onClick=${() => navigate("/runs", { scope: query.scope })}>Clear</${Button}>`}
    </div>
  </div>`;
}

function Statuses({ chosen, set }) {
  const toggle = (name) => set(chosen.includes(name) ? chosen.filter((one) => one !== name) : [...chosen, name]);
  return html`<div class="statuses" role="group"
    aria-label="Status">${Object.entries(STATUSES).filter(([name]) => name !== "unreadable").map(
    ([name, { label }]) => html`<button type="button" key=${name} class="chip" aria-pressed=${chosen.includes(name) ? "true" : "false"}
      onClick=${() => toggle(name)}>${label}</button>`,
  )}</div>`;
}

function More({ query, set, has }) {
  const patients = Object.values(useStore(knownPatients));
  const isUsed = MORE.some((name) => query[name]);
  const late = (name, label, rest = {}) => html`<${Late} label=${label} value=${query[name] ?? ""} set=${set(name)}
    ...${{ placeholder: "any", ...rest }} />`;
  const number = { type: "number", min: "0", step: "any" };
  const opened = (event) => event.currentTarget.open && loadPatients();
  return html`<details class="more filters-more" open=${isUsed} onToggle=${opened}><summary>More filters</summary><div
    class="filters-fields">
    ${has("profile") && late("profile", "Profile")}
    ${has("tag") && late("tag", "Tag")}
    ${has("patient") && patients.length > 0
      && html`<${Select} label="Patient" value=${query.patient ?? ""} set=${set("patient")} options=${[
        ["", "Any patient"],
        ...patients.map((one) => [one.id, patientLine(one)]),
      ]} />`}
    ${has("creator") && late("creator", "Created by", { placeholder: "a name or an id" })}
    <${Select} label="Failure" value=${query.code ?? ""} set=${set("code")}
      options=${[["", "Any"], ...Object.entries(FAILURES).map(([code, [title]]) => [code, `${title} (${code})`])]} />
    ${maySee.cost(user()) && html`${late("cost_from", "Cost from ($)", number)}${late("cost_to", "Cost to ($)", number)}`}
    ${late("took_from", "Took from (s)", number)}${late("took_to", "Took to (s)", number)}
  </div></details>`;
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
