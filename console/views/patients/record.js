// What a patient's record holds, in numbers, and putting a new one in its place.
import { html, useRef, useState } from "../../preact.js";
import { getRecord, putRecord } from "../../api.js";
import { count, shortId } from "../../format.js";
import { useAsync } from "../../live.js";
import { Bars } from "../../charts/bars.js";
import { Button, Card, Empty, Facts, Loading, Problem, Time } from "../../ui/basics.js";
import { toast } from "../../ui/toast.js";

const MOST_BYTES = 4 * 1024 * 1024;

export function Record({ patientId }) {
  const { data, error, reload } = useAsync((signal) => getRecord(patientId, { signal }), [patientId]);
  const missing = error?.status === 404;
  return html`<${Card} title="Record" aside=${html`<${Upload} patientId=${patientId} done=${reload} />`}>
    ${!missing && html`<${Problem} error=${error} retry=${reload} />`}
    ${missing
      && html`<${Empty} icon="file" title="No record yet">
        <p>Upload a FHIR R4 bundle with exactly one patient. Runs read their facts from it.</p></${Empty}>`}
    ${!data && !error && html`<${Loading} />`}
    ${data && html`<${Summary} record=${data.record} />`}
  </${Card}>`;
}

function Summary({ record }) {
  const rows = Object.entries(record.resources).sort((one, other) => other[1] - one[1]);
  return html`<${Facts} class="strip small" rows=${[
    ["Version", record.version],
    ["Updated", html`<${Time} at=${record.updated_at} />`],
    ["Resources", count(rows.reduce((sum, [, number]) => sum + number, 0))],
    ["SHA-256", html`<code title=${record.sha256}>${shortId(record.sha256)}</code>`],
  ]} />
    <${Bars} rows=${rows.map(([label, value]) => ({ label, value, text: count(value) }))} label="Resources by type" />`;
}

function Upload({ patientId, done }) {
  const picker = useRef(null);
  const [state, setState] = useState({});
  const picked = async (event) => {
    const [file] = event.target.files;
    event.target.value = "";
    if (!file) return;
    setState({ busy: true });
    try {
      if (file.size > MOST_BYTES) throw Object.assign(new Error(""), { code: "TOO_LARGE" });
      const { data } = await putRecord(patientId, await file.text());
      toast(`The record is now version ${data.record.version}.`);
      setState({});
      done();
    } catch (error) {
      setState({ error });
    }
  };
  return html`<input type="file" class="sr-only" accept=".json,application/json,application/fhir+json" ref=${picker} onChange=${picked}
    tabindex="-1" aria-label="FHIR bundle" />
    <${Button} kind="small" busy=${state.busy} onClick=${() => picker.current.click()}>Upload FHIR</${Button}>
    <${Problem} error=${state.error} focus />`;
}
