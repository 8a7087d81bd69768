// Erasing a patient for good: what goes and what stays is said first, and the patient's own name has to be typed.
import { html, useState } from "../../preact.js";
import { erasePatient } from "../../api.js";
import { navigate } from "../../router.js";
import { Button, Card } from "../../ui/basics.js";
import { Dialog } from "../../ui/dialog.js";
import { Form, FormError, Text } from "../../ui/form.js";
import { toast } from "../../ui/toast.js";

export function Erase({ patient }) {
  const [asking, setAsking] = useState(false);
  return html`<${Card} title="Erase this patient" class="print-not">
    <p class="quiet">Everything that is kept of the patient goes, for good: record, assessments, runs' contents and results.</p>
    <p><${Button} kind="danger" onClick=${() => setAsking(true)}>Erase…</${Button}></p>
    ${asking && html`<${EraseDialog} patient=${patient} close=${() => setAsking(false)} />`}
  </${Card}>`;
}

function EraseDialog({ patient, close }) {
  const [typed, setTyped] = useState("");
  const wanted = patient.label || patient.id;
  const send = async () => {
    if (![wanted, patient.id].includes(typed.trim())) throw new FormError("name", `must be “${wanted}”`);
    const { data } = await erasePatient(patient.id, { confirm: patient.id });
    toast("The patient is being erased.");
    close();
    navigate(`/runs/${data.run.id}`);
  };
  return html`<${Dialog} title=${`Erase ${wanted}?`} onClose=${close}>
    <div class="dialog-text"><p>Nothing of this can be brought back: the record with its versions, assessments, what runs were asked and
      answered, their files. No new run or record of the patient is taken from now on, and runs that are open end.</p>
      <p>What stays: that runs took place, with times, states and costs; the audit trail; a receipt that counts what was removed.</p></div>
    <${Form} values=${typed} send=${send} submit="Erase for good" kind="danger" cancel=${close}>
      <${Text} label=${`Type “${wanted}”`} names="name" value=${typed} set=${setTyped} /></${Form}></${Dialog}>`;
}
