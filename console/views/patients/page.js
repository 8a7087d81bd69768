// One patient: the record in numbers, who cares for them, their assessments and their runs.
import { html, useState } from "../../preact.js";
import { listDiagnosisRuns, listPatientRuns } from "../../api.js";
import { useAsync, useEvery } from "../../live.js";
import { care, maySee } from "../../permissions.js";
import { personName } from "../../people.js";
import { patientName, usePatient } from "../../patients.js";
import { href } from "../../router.js";
import { hasRole, user } from "../../session.js";
import { Button, Card, Empty, Facts, LinkButton, Loading, Problem, Time } from "../../ui/basics.js";
import { Page } from "../../ui/page.js";
import { PatientBar } from "../../ui/patient-bar.js";
import { isOpen } from "../../words.js";
import { runByTime } from "../run/names.js";
import { RunList } from "../runs/row.js";
import { Assessments } from "./assessments.js";
import { Clinicians } from "./clinicians.js";
import { LabelDialog, placeName } from "./list.js";
import { DiagnosisRunsPanel, isPanelEnabled } from "./panel.js";
import { Erase } from "./erase.js";
import { Facts as RecordFacts } from "./facts.js";
import { Record } from "./record.js";

export function PatientPage({ patientId, query }) {
  const { patient, error, reload } = usePatient(patientId);
  const [naming, setNaming] = useState(false);
  const name = patient?.label || patientName(patientId);
  const create =
    care.runDiagnosis(user()) &&
    html`<${LinkButton} kind="primary" icon="pulse" href=${href("/new/diagnosis", { patient: patientId })}>New diagnosis</${LinkButton}>`;
  const label = care.managePatients(user()) && html`<${Button} icon="pencil" onClick=${() => setNaming(true)}>Change the label</${Button}>`;
  return html`<${Page} title=${name} crumbs=${[[placeName(), href("/patients")]]} actions=${patient && html`${label}${create}`}>
    <${Problem} error=${error} retry=${reload} />
    ${!patient && !error && html`<${Loading} rows=${5} />`}
    ${
      patient &&
      html`<${PatientBar} patientId=${patientId} patient=${patient} link=${false} />
      <${Facts} class="strip" rows=${[
        ["Signs in as", patient.user_id ? personName(patient.user_id) : "nobody"],
        ["Known since", html`<${Time} at=${patient.created_at} both />`],
        ["Audit trail", maySee.admin(user()) && html`<a href=${href("/admin", { tab: "audit", patient: patientId })}>who looked</a>`],
      ]} />
      ${isPanelEnabled(query) && care.runDiagnosis(user()) && html`<${DiagnosisRunsPanel} patientId=${patientId} />`}
      <div class="two-thirds">
        <div class="stack"><${Runs} patientId=${patientId} />
          ${care.readRecord(user()) && html`<${RecordFacts} patientId=${patientId} present=${patient.record?.version} />`}<${Assessments} patientId=${patientId} /></div>
        <div class="stack">${care.readRecord(user()) && html`<${Record} patient=${patient} changed=${reload} />`}
          ${care.manageClinicians(user()) && html`<${Clinicians} patientId=${patientId} />`}
          ${care.manageClinicians(user()) && html`<${Erase} patient=${patient} />`}</div>
      </div>
      ${naming && html`<${LabelDialog} patient=${patient} close=${() => setNaming(false)} done=${reload} />`}`
    }
  </${Page}>`;
}

function Runs({ patientId }) {
  const byStudio = care.runDiagnosis(user());
  const load = (signal) =>
    byStudio ? listPatientRuns(patientId, { limit: 10 }, { signal }) : listDiagnosisRuns({ limit: 10 }, { signal });
  const { data, error, loading, reload } = useAsync(load, [patientId]);
  const runs = data?.runs.filter((run) => run.subject.id === patientId) ?? [];
  useEvery(runs.some(isOpen) ? 4_000 : 30_000, () => loading || reload());
  const all = href("/runs", byStudio ? { scope: hasRole("admin") ? "" : "patients", patient: patientId } : {});
  return html`<${Card} title="Runs" aside=${html`<a href=${all}>All runs</a>`}>
    <${Problem} error=${error} retry=${reload} />
    ${!data && !error && html`<${Loading} />`}
    ${data && (runs.length
      ? html`<${RunList} runs=${runs} label="Runs of this patient" name=${runByTime} />`
          : html`<${Empty} icon="pulse" title="No runs yet"><p>Diagnosis runs of this patient appear here.</p></${Empty}>`)}
  </${Card}>`;
}
