// Workflows that are paused, with who paused them and why; and how long what has ended is kept.
import { html, useState } from "../../preact.js";
import { getOrganisation, updateOrganisation } from "../../api.js";
import { count } from "../../format.js";
import { useAsync } from "../../live.js";
import { personName } from "../../people.js";
import { hasRole } from "../../session.js";
import { Card, Facts, Loading, Notice, Problem } from "../../ui/basics.js";
import { ask } from "../../ui/dialog.js";
import { Check, Form, Text } from "../../ui/form.js";
import { toast } from "../../ui/toast.js";
import { WORKFLOWS } from "../../words.js";

export function Organisation() {
  const { data, error, reload } = useAsync((signal) => getOrganisation({ signal }), []);
  if (error) return html`<${Problem} error=${error} retry=${reload} />`;
  if (!data) return html`<${Loading} />`;
  const { organisation } = data;
  return html`<div class="stack"><${Pauses} key=${JSON.stringify(organisation.paused_workflows)} organisation=${organisation}
    done=${reload} />
    <${Retention} key=${organisation.retention_days} organisation=${organisation} done=${reload} /></div>`;
}

function Pauses({ organisation, done }) {
  const paused = organisation.paused_workflows ?? [];
  const [values, setValues] = useState({ paused, reason: organisation.pause_reason ?? "" });
  const toggle = (name) => (on) =>
    setValues((before) => ({ ...before, paused: on ? [...before.paused, name] : before.paused.filter((one) => one !== name) }));
  const send = async () => {
    await updateOrganisation({ paused_workflows: values.paused, pause_reason: values.paused.length ? values.reason.trim() || null : null });
    toast(values.paused.length ? "Paused. What runs, runs to its end." : "Nothing is paused.");
    done();
  };
  return html`<${Card} title="Pauses">
    <p class="quiet">Runs of a paused workflow are accepted and wait; they lose no attempt, and go on when it is resumed.</p>
    ${paused.length > 0
      && html`<${Notice} kind="wait" title=${`Paused: ${paused.map((name) => WORKFLOWS[name]?.label ?? name).join(", ")}`}>
        <p>${personName(organisation.paused_by)}${organisation.pause_reason ? `: “${organisation.pause_reason}”` : ""}</p></${Notice}>`}
    ${hasRole("admin")
      && html`<${Form} values=${values} send=${send} submit="Apply">
        ${Object.entries(WORKFLOWS).map(([name, { label }]) => html`<${Check} key=${name} label=${`Pause ${label.toLowerCase()} runs`}
          checked=${values.paused.includes(name)} set=${toggle(name)} />`)}
        <${Text} label="Why" names="pause_reason" optional value=${values.reason}
          set=${(reason) => setValues((before) => ({ ...before, reason }))} hint="Whoever waits for a run reads this." /></${Form}>`}
  </${Card}>`;
}

const daysText = (days) => `${count(days)} ${days === 1 ? "day" : "days"}`;

/** Whether `next` days erase what `present` days kept; null is for ever. */
const isShorter = (next, present) => next >= 1 && (present === null || next < present);

const askToErase = (days) =>
  ask({
    title: `Erase what is older than ${daysText(days)}?`,
    body: html`<p>Within about an hour the service begins to erase for good what has been ended for longer than that, of the whole
      organisation. It cannot be brought back.</p>`,
    confirm: `Keep ${daysText(days)} only`,
    kind: "danger",
    act: async () => true,
  });

function Retention({ organisation, done }) {
  const [days, setDays] = useState(organisation.retention_days === null ? "" : String(organisation.retention_days));
  const send = async () => {
    const next = days.trim() === "" ? null : Number(days);
    if (isShorter(next, organisation.retention_days) && !(await askToErase(next))) return;
    await updateOrganisation({ retention_days: next });
    toast("The time was changed.");
    done();
  };
  const due = organisation.retention_due ?? {};
  return html`<${Card} title="How long things are kept">
    <${Facts} class="strip" rows=${[
      ["Kept", organisation.retention_days === null ? "for ever" : daysText(organisation.retention_days)],
      ["About to be erased", `${count(due.runs ?? 0)} runs, ${count(due.patients ?? 0)} patients`],
    ]} />
    ${hasRole("admin")
      && html`<${Form} values=${days} send=${send} submit="Change">
        <${Text} label="Days" names="retention_days" optional type="number" min="1" max="36500" value=${days} set=${setDays}
          hint="Empty: for ever. What is older is erased for good, with a receipt." /></${Form}>`}
  </${Card}>`;
}
