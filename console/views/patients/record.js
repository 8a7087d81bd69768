// A patient's record: whose it is and how much it holds, its versions with who brought them, and putting a new one in its place.
import { html } from "../../preact.js";
import { getRecord, listRecordVersions } from "../../api.js";
import { count, shortId } from "../../format.js";
import { useAsync } from "../../live.js";
import { personName } from "../../people.js";
import { personOf } from "../../patients.js";
import { Bars } from "../../charts/bars.js";
import { Card, Empty, Facts, Loading, Notice, Problem, Time } from "../../ui/basics.js";
import { Upload } from "./upload.js";

export function Record({ patient, changed }) {
  const { data, error, reload } = useAsync((signal) => getRecord(patient.id, { signal }), [patient.id]);
  const missing = error?.status === 404;
  const done = () => {
    reload();
    changed();
  };
  return html`<${Card} title="Record" aside=${html`<${Upload} patient=${patient} held=${data?.record} done=${done} />`}>
    ${!missing && html`<${Problem} error=${error} retry=${reload} />`}
    ${missing
      && html`<${Empty} icon="file" title="No record yet">
        <p>Upload a FHIR R4 bundle with exactly one patient. Runs read their facts from it.</p></${Empty}>`}
    ${!data && !error && html`<${Loading} />`}
    ${data && html`<${Summary} record=${data.record} /><${Versions} patientId=${patient.id} version=${data.record.version} />`}
  </${Card}>`;
}

const resourcesOf = (resources) => Object.values(resources ?? {}).reduce((sum, number) => sum + number, 0);

function Summary({ record }) {
  const rows = Object.entries(record.resources).sort((one, other) => other[1] - one[1]);
  return html`<${Facts} class="strip small" rows=${[
    ["Version", record.version],
    ["Person", personOf(record.person)],
    ["Updated", html`<${Time} at=${record.updated_at} />`],
    ["Resources", count(resourcesOf(record.resources))],
    ["SHA-256", html`<code title=${record.sha256}>${shortId(record.sha256)}</code>`],
  ]} />
    ${record.warnings?.length > 0
      && html`<${Notice} kind="wait" title="Be wary"><ul
        class="lines">${record.warnings.map((one) => html`<li>${one}</li>`)}</ul></${Notice}>`}
    <${Bars} rows=${rows.map(([label, value]) => ({ label, value, text: count(value) }))} label="Resources by type" />`;
}

function Versions({ patientId, version }) {
  const { data, error, reload } = useAsync((signal) => listRecordVersions(patientId, { limit: 20 }, { signal }), [patientId, version]);
  if (!data) return html`<${Problem} error=${error} retry=${reload} />`;
  return html`<details class="more"><summary>Versions (${data.versions.length}${data.next_cursor ? " newest" : ""})</summary>
    <ul class="versions">${data.versions.map((one) => html`<li key=${one.version}><strong>Version ${one.version}</strong>
      <span class="quiet small">${personName(one.by)} · <${Time}
        at=${one.at} both /> · ${count(resourcesOf(one.resources))} resources</span>
      </li>`)}</ul></details>`;
}
