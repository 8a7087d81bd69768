// The patients whom one may see, told apart by the ward's own label, age and gender.
import { html, useEffect, useState } from "../../preact.js";
import { listPatients, putPatient } from "../../api.js";
import { shortId } from "../../format.js";
import { useAsync } from "../../live.js";
import { care } from "../../permissions.js";
import { personName } from "../../people.js";
import { learnPatients, personOf } from "../../patients.js";
import { href, navigate } from "../../router.js";
import { hasRole, user } from "../../session.js";
import { Button, Card, Empty, Loading, Problem, Time } from "../../ui/basics.js";
import { Dialog } from "../../ui/dialog.js";
import { Form, Text } from "../../ui/form.js";
import { Icon } from "../../ui/icon.js";
import { AddressPager, Page } from "../../ui/page.js";
import { toast } from "../../ui/toast.js";

export function PatientsPage({ query }) {
  const { cursor } = query;
  const [adding, setAdding] = useState(false);
  const { data, error, reload } = useAsync((signal) => listPatients({ limit: 50, cursor }, { signal }), [cursor]);
  useEffect(() => {
    if (data) learnPatients(data.patients);
  }, [data]);
  const add =
    care.managePatients(user()) && html`<${Button} kind="primary" icon="plus" onClick=${() => setAdding(true)}>Add a patient</${Button}>`;
  return html`<${Page} title=${placeName()} about=${about()} actions=${add}>
    <${Problem} error=${error} retry=${reload} />
    ${!data && !error && html`<${Loading} rows=${4} />`}
    ${data && html`<${List} patients=${data.patients} />
    <${AddressPager} at="/patients" query=${query} next=${data.next_cursor} shown=${data.patients.length} />`}
    ${adding && html`<${AddDialog} close=${() => setAdding(false)} />`}
  </${Page}>`;
}

/** A patient sees one: their own. */
export const placeName = () => (hasRole("patient") ? "Your record" : "Patients");

function about() {
  if (care.managePatients(user())) return "Those of the organisation";
  return hasRole("clinician") ? "Those you are assigned to" : "What is kept of you here";
}

function nobody() {
  if (care.managePatients(user())) return "Add the first one, then bring in their record.";
  return hasRole("clinician") ? "An admin assigns clinicians to patients; those then appear here." : "There is no record of yours yet.";
}

function List({ patients }) {
  if (!patients.length)
    return html`<${Card}><${Empty} icon="users" title="No patients"><p>${nobody()}</p></${Empty}></${Card}>`;
  return html`<ul class="plain-list">${patients.map(
    (one) => html`<li key=${one.id}><a class="line-link" href=${href(`/patients/${one.id}`)}>
      <span class="run-mark"><${Icon} name="user" /></span>
      <span class="run-what"><span class="run-name">${one.label || html`Patient <span class="mono">${shortId(one.id)}</span>`}</span>
        <span class="patient-facts">${personOf(one) || "age and gender are not on record"}</span>
        <span class="quiet small">${one.label && html`<span class="mono">${shortId(one.id)}</span> · `}${one.record
          ? `record version ${one.record.version}` : "no record"} · ${one.user_id ? `signs in as ${personName(one.user_id)}`
          : "does not sign in"}</span></span>
      <span class="quiet small">since <${Time} at=${one.created_at} /></span></a></li>`,
  )}</ul>`;
}

function AddDialog({ close }) {
  const [values, setValues] = useState({ id: crypto.randomUUID(), label: "", user: "" });
  const set = (name) => (value) => setValues((before) => ({ ...before, [name]: value }));
  const send = async () => {
    const body = { ...(values.label.trim() && { label: values.label.trim() }), ...(values.user.trim() && { user_id: values.user.trim() }) };
    const { data } = await putPatient(values.id.trim(), body);
    toast("The patient was added.");
    close();
    navigate(`/patients/${data.patient.id}`);
  };
  return html`<${Dialog} title="Add a patient" onClose=${close}>
    <${Form} values=${values} send=${send} submit="Add the patient" cancel=${close}>
      <${Label} value=${values.label} set=${set("label")} />
      <${Text} label="Id" names="patientId" mono hint="A UUID; this one is new. Use your own system's if it has one." value=${values.id}
        set=${set("id")} />
      <${Text} label="User id" names="user_id" optional mono hint="The sub of the patient's own sign-in, so that they see their runs."
        value=${values.user} set=${set("user")} />
    </${Form}>
  </${Dialog}>`;
}

function Label({ value, set }) {
  return html`<${Text} label="Label" names="label" optional maxlength="64" value=${value} set=${set}
    hint="The ward's own short name, such as a bed or initials. With age and gender it tells patients apart." />`;
}

/** Changes a patient's label, and nothing else about them. */
export function LabelDialog({ patient, close, done }) {
  const [label, setLabel] = useState(patient.label ?? "");
  const send = async () => {
    await putPatient(patient.id, { ...(patient.user_id && { user_id: patient.user_id }), label: label.trim() });
    toast("The label was changed.");
    close();
    done();
  };
  return html`<${Dialog} title="Change the label" onClose=${close}>
    <${Form} values=${label} send=${send} submit="Change it" cancel=${close}><${Label} value=${label} set=${setLabel} /></${Form}>
  </${Dialog}>`;
}
