// What may be spent, what has been, and what is held for calls that are on their way.
import { html, useState } from "../../preact.js";
import { deleteBudget, listBudgets, putBudget } from "../../api.js";
import { money, words } from "../../format.js";
import { useAsync } from "../../live.js";
import { hasRole } from "../../session.js";
import { Button, Card, Empty, Facts, Loading, Problem, Time } from "../../ui/basics.js";
import { ask, Dialog } from "../../ui/dialog.js";
import { Form, needs, Select, Text } from "../../ui/form.js";
import { Meter } from "../../ui/meter.js";
import { toast } from "../../ui/toast.js";
import { WORKFLOWS } from "../../words.js";

const PERIODS = [
  ["month", "Each month (UTC)"],
  ["total", "In total"],
];

export function Budgets() {
  const [editing, setEditing] = useState(null);
  const { data, error, reload } = useAsync((signal) => listBudgets({ limit: 100 }, { signal }), []);
  const isAdmin = hasRole("admin");
  const add = isAdmin && html`<${Button} kind="small" icon="plus" onClick=${() => setEditing({})}>Set a budget</${Button}>`;
  return html`<${Card} title="Budgets" aside=${add}>
    <p class="quiet">A call must fit into every budget that it falls under. What does not fit waits until there is room.</p>
    <${Problem} error=${error} retry=${reload} />
    ${!data && !error && html`<${Loading} />`}
    ${data && !data.budgets.length && html`<${Empty} icon="chart"
      title="No budgets"><p>Nothing bounds what runs may spend together.</p></${Empty}>`}
    ${data?.budgets.map((one) => html`<${Budget} key=${one.scope} one=${one} edit=${isAdmin && (() => setEditing(one))} done=${reload} />`)}
    ${editing && html`<${EditDialog} one=${editing} taken=${data?.budgets.map((one) => one.scope) ?? []}
      close=${() => setEditing(null)} done=${reload} />`}
  </${Card}>`;
}

const scopeName = (scope) => (scope === "organisation" ? "The organisation" : words(scope.replace(":", ": ")));

function Budget({ one, edit, done }) {
  const used = one.spent_usd + one.held_usd + one.uncertain_usd;
  const drop = async () => {
    const answer = await ask({
      title: "Delete this budget?",
      body: html`<p>${scopeName(one.scope)} may then spend without this bound. Runs that waited for it go on.</p>`,
      confirm: "Delete it",
      kind: "danger",
      act: () => deleteBudget(one.scope),
    });
    if (answer !== undefined) done();
  };
  return html`<section class="budget"><header><h3>${scopeName(one.scope)}</h3>
      ${edit && html`<span class="actions"><${Button} kind="small" onClick=${edit}>Change</${Button}>
        <${Button} kind="small" onClick=${drop}>Delete</${Button}></span>`}</header>
    <${Meter} share=${one.limit_usd > 0 ? used / one.limit_usd : 1} label="Used" text=${`${money(used)} of ${money(one.limit_usd)}`} />
    <${Facts} class="strip small" rows=${[
      ["Spent", money(one.spent_usd)],
      ["Held for calls", money(one.held_usd)],
      ["Perhaps spent", one.uncertain_usd > 0 && money(one.uncertain_usd)],
      ["Left", html`<strong>${money(one.left_usd)}</strong>`],
      ["Counts", one.period === "month" ? "each month" : "in total"],
      ["Since", html`<${Time} at=${one.period_started_at} both />`],
    ]} /></section>`;
}

/** `taken`: what has a budget already, which is changed where it stands and not set anew by mistake. */
function EditDialog({ one, taken, close, done }) {
  const scopes = [
    ["organisation", "The organisation"],
    ...Object.entries(WORKFLOWS).map(([key, { label }]) => [`workflow:${key}`, `Workflow: ${label}`]),
    ["project", "A project"],
  ].filter(([scope]) => !taken.includes(scope));
  const [values, setValues] = useState({
    scope: one.scope ?? scopes[0][0],
    limit: one.limit_usd ?? "",
    period: one.period ?? "month",
    project: "",
  });
  const set = (name) => (value) => setValues((before) => ({ ...before, [name]: value }));
  const send = async () => {
    needs({ limit_usd: String(values.limit), ...(values.scope === "project" && { project: values.project }) });
    const scope = values.scope === "project" ? `project:${values.project.trim()}` : values.scope;
    await putBudget(scope, { limit_usd: Number(values.limit), period: values.period });
    toast("The budget was set.");
    close();
    done();
  };
  return html`<${Dialog} title=${one.scope ? "Change the budget" : "Set a budget"} onClose=${close}>
    <${Form} values=${values} send=${send} submit="Set it" cancel=${close}>
      ${one.scope ? html`<p>${scopeName(one.scope)}</p>`
        : html`<${Select} label="Of" names="scope" value=${values.scope} set=${set("scope")} options=${scopes} />`}
      ${values.scope === "project" && html`<${Text} label="Project" names="project" mono hint="Its id" value=${values.project}
        set=${set("project")} />`}
      <${Text} label="Dollars" names="limit_usd" type="number" min="0" step="0.01" value=${String(values.limit)} set=${set("limit")} />
      <${Select} label="Counts" names="period" value=${values.period} set=${set("period")} options=${PERIODS} />
    </${Form}></${Dialog}>`;
}
