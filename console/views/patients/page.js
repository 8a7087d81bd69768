// One patient: the record in numbers, who cares for them, their assessments and their runs.
import { html } from "../../preact.js";
import { getPatient, listDiagnosisRuns, listPatientRuns } from "../../api.js";
import { shortId } from "../../format.js";
import { useAsync, useEvery } from "../../live.js";
import { care } from "../../permissions.js";
import { personName } from "../../people.js";
import { href } from "../../router.js";
import { user } from "../../session.js";
import { Card, CopyId, Empty, Facts, LinkButton, Loading, Problem, Time } from "../../ui/basics.js";
import { Page } from "../../ui/page.js";
import { isOpen } from "../../words.js";
import { runByTime } from "../run/names.js";
import { RunList } from "../runs/row.js";
import { Assessments } from "./assessments.js";
import { Clinicians } from "./clinicians.js";
import { DiagnosisRunsPanel, isPanelEnabled } from "./panel.js";
import { Record } from "./record.js";

export function PatientPage({ patientId, query }) {
  const { data, error, reload } = useAsync((signal) => getPatient(patientId, { signal }), [patientId]);
  const crumbs = [["Patients", href("/patients")]];
  const create =
    care.runDiagnosis(user()) &&
    html`<${LinkButton} kind="primary" icon="pulse" href=${href("/new/diagnosis", { patient: patientId })}>New diagnosis</${LinkButton}>`;
  return html`<${Page} title=${html`Patient <span class="mono">${shortId(patientId)}</span>`} plain=${`Patient ${shortId(patientId)}`}
    crumbs=${crumbs} actions=${data && create}>
    <${Problem} error=${error} retry=${reload} />
    ${!data && !error && html`<${Loading} rows=${5} />`}
    ${
      data &&
      html`<${Facts} class="strip" rows=${[
        ["Signs in as", data.patient.user_id ? personName(data.patient.user_id) : "nobody"],
        ["Known since", html`<${Time} at=${data.patient.created_at} both />`],
        ["Id", html`<${CopyId} id=${patientId} label="patient id" />`],
      ]} />
      ${isPanelEnabled(query) && care.runDiagnosis(user()) && html`<${DiagnosisRunsPanel} patientId=${patientId} />`}
      <div class="two-thirds">
        <div class="stack"><${Runs} patientId=${patientId} /><${Assessments} patientId=${patientId} /></div>
        <div class="stack">${care.readRecord(user()) && html`<${Record} patientId=${patientId} />`}
          ${care.manageClinicians(user()) && html`<${Clinicians} patientId=${patientId} />`}</div>
      </div>`
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
  return html`<${Card} title="Runs" aside=${html`<a href=${href("/runs")}>All runs</a>`}>
    <${Problem} error=${error} retry=${reload} />
    ${!data && !error && html`<${Loading} />`}
    ${data && (runs.length
      ? html`<${RunList} runs=${runs} label="Runs of this patient" name=${runByTime} />`
          : html`<${Empty} icon="pulse" title="No runs yet"><p>Diagnosis runs of this patient appear here.</p></${Empty}>`)}
  </${Card}>`;
}
