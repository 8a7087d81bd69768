// Who cares for a patient, and so sees what is theirs; for admins to assign and to end.
import { html, useState } from "../../preact.js";
import { assignClinician, listClinicians, unassignClinician } from "../../api.js";
import { useAsync } from "../../live.js";
import { directory, personName } from "../../people.js";
import { Button, Card, CopyId, Empty, Loading, Problem, Time } from "../../ui/basics.js";
import { ask } from "../../ui/dialog.js";
import { Form, FormError, Text } from "../../ui/form.js";
import { toast } from "../../ui/toast.js";
import { useStore } from "../../store.js";

export function Clinicians({ patientId }) {
  const { data, error, reload } = useAsync((signal) => listClinicians(patientId, { limit: 100 }, { signal }), [patientId]);
  return html`<${Card} title="Clinicians">
    <${Problem} error=${error} retry=${reload} />
    ${!data && !error && html`<${Loading} rows=${2} />`}
    ${
      data &&
      (data.clinicians.length
        ? html`<ul class="people">
          ${data.clinicians.map((one) => html`<${Person} key=${one.user_id} one=${one} patientId=${patientId} done=${reload} />`)}</ul>`
        : html`<${Empty} icon="users" title="Nobody is assigned"><p>Only admins see this patient now.</p></${Empty}>`)
    }
    <${Assign} patientId=${patientId} done=${reload} />
  </${Card}>`;
}

function Person({ one, patientId, done }) {
  const end = async () => {
    const answer = await ask({
      title: "End this assignment?",
      body: html`<p>
        ${personName(one.user_id)} loses access to this patient, their record and all their runs at once,
        also to those that they created.</p>`,
      confirm: "End it",
      kind: "danger",
      act: () => unassignClinician(patientId, one.user_id),
    });
    if (answer) {
      toast("The assignment has ended.");
      done();
    }
  };
  return html`<li>
    <div><span class="run-name">${personName(one.user_id)}</span>
      <span class="quiet small">since <${Time} at=${one.assigned_at} /> · <${CopyId} id=${one.user_id} label="user id" /></span></div>
    <${Button} kind="small" onClick=${end}>End</${Button}></li>`;
}

function Assign({ patientId, done }) {
  const [person, setPerson] = useState("");
  const known = Object.values(useStore(directory)).filter((one) => one.roles.includes("clinician"));
  const send = async () => {
    const found = known.find((one) => one.user === person.trim());
    const id = found?.sub ?? person.trim();
    if (!id) throw new FormError("user id", "is needed");
    await assignClinician(patientId, id);
    setPerson("");
    toast("The clinician was assigned.");
    done();
  };
  return html`<${Form} values=${person} send=${send} submit="Assign">
    <${Text} label="Assign a clinician" names=${["user id", "userId"]}
      hint=${known.length ? "A user id (sub), or a demo user's name" : "The clinician's user id (sub)"}
      value=${person} set=${setPerson} list="clinicians" />
    <datalist id="clinicians">${known.map((one) => html`<option value=${one.user}></option>`)}</datalist>
  </${Form}>`;
}
