// The patients whom one may see. They have no names here: the service keeps none.
import { html, useState } from "../../preact.js";
import { listPatients, putPatient } from "../../api.js";
import { shortId } from "../../format.js";
import { useAsync } from "../../live.js";
import { care } from "../../permissions.js";
import { personName } from "../../people.js";
import { href, navigate } from "../../router.js";
import { hasRole, user } from "../../session.js";
import { Button, Card, Empty, Loading, Problem, Time } from "../../ui/basics.js";
import { Dialog } from "../../ui/dialog.js";
import { Form, Text } from "../../ui/form.js";
import { Icon } from "../../ui/icon.js";
import { Page, Pager, useTrail } from "../../ui/page.js";
import { toast } from "../../ui/toast.js";

export function PatientsPage() {
  const [trail, go] = useTrail();
  const [adding, setAdding] = useState(false);
  const { data, error, reload } = useAsync((signal) => listPatients({ limit: 50, cursor: trail.at(-1) }, { signal }), [trail]);
  const add =
    care.managePatients(user()) && html`<${Button} kind="primary" icon="plus" onClick=${() => setAdding(true)}>Add a patient</${Button}>`;
  return html`<${Page} title="Patients" about=${about()} actions=${add}>
    <${Problem} error=${error} retry=${reload} />
    ${!data && !error && html`<${Loading} rows=${4} />`}
    ${data && html`<${List} patients=${data.patients} />
    <${Pager} trail=${trail} next=${data.next_cursor} go=${go} shown=${data.patients.length} />`}
    ${adding && html`<${AddDialog} close=${() => setAdding(false)} />`}
  </${Page}>`;
}

function about() {
  if (care.managePatients(user())) return "Those of the organisation";
  return hasRole("clinician") ? "Those you are assigned to" : "Your own record";
}

function List({ patients }) {
  if (!patients.length)
    return html`<${Card}><${Empty} icon="users" title="No patients"><p>An admin assigns clinicians to patients; those then appear here.</p>
      </${Empty}></${Card}>`;
  return html`<ul class="plain-list">${patients.map(
    (one) => html`<li key=${one.id}><a class="line-link" href=${href(`/patients/${one.id}`)}>
      <span class="run-mark"><${Icon} name="user" /></span>
      <span class="run-what"><span class="run-name">Patient <span class="mono">${shortId(one.id)}</span></span>
        <span class="quiet small">${one.user_id ? `signs in as ${personName(one.user_id)}` : "does not sign in"}</span></span>
      <span class="quiet small">since <${Time} at=${one.created_at} /></span></a></li>`,
  )}</ul>`;
}

function AddDialog({ close }) {
  const [values, setValues] = useState({ id: crypto.randomUUID(), user: "" });
  const set = (name) => (value) => setValues((before) => ({ ...before, [name]: value }));
  const send = async () => {
    const { data } = await putPatient(values.id.trim(), values.user.trim() ? { user_id: values.user.trim() } : {});
    toast("The patient was added.");
    close();
    navigate(`/patients/${data.patient.id}`);
  };
  return html`<${Dialog} title="Add a patient" onClose=${close}>
    <${Form} values=${values} send=${send} submit="Add the patient" cancel=${close}>
      <${Text} label="Id" mono hint="A UUID; this one is new. Use your own system's if it has one." value=${values.id} set=${set("id")} />
      <${Text} label="User id" optional mono hint="The sub of the patient's own sign-in, so that they see their runs." value=${values.user}
        set=${set("user")} />
    </${Form}>
  </${Dialog}>`;
}
