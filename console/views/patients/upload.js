// Putting a new record in a patient's place for the old one: first who it is of and what would change, then the confirmation.
import { html, useRef, useState } from "../../preact.js";
import * as api from "../../api.js";
import { bytes, count } from "../../format.js";
import { putFile } from "../../http.js";
import { personOf } from "../../patients.js";
import { Button, Facts, Notice, Problem } from "../../ui/basics.js";
import { Dialog } from "../../ui/dialog.js";
import { Check } from "../../ui/form.js";
import { toast } from "../../ui/toast.js";

const MOST_IN_BODY = 4 * 1024 * 1024;
const ACCEPTED = ".json,.ndjson,.gz,application/json,application/fhir+json";

export function Upload({ patient, held, done }) {
  const picker = useRef(null);
  const [file, setFile] = useState(null);
  const picked = (event) => {
    const [first] = event.target.files;
    event.target.value = "";
    setFile(first ?? null);
  };
  return html`<input type="file" class="sr-only" accept=${ACCEPTED} ref=${picker} onChange=${picked} tabindex="-1"
    aria-label="FHIR bundle" />
    <${Button} kind="small" onClick=${() => picker.current.click()}>Upload FHIR</${Button}>
    ${file && html`<${Preview} file=${file} patient=${patient} held=${held} close=${() => setFile(null)} done=${done} />`}`;
}

function Preview({ file, patient, held, close, done }) {
  const [state, setState] = useState({});
  const begun = useRef(false);
  if (!begun.current) {
    begun.current = true;
    rehearse(patient.id, file).then(
      (found) => setState((before) => ({ ...before, ...found })),
      (error) => setState((before) => ({ ...before, error })),
    );
  }
  const store = async () => {
    setState((before) => ({ ...before, busy: true, error: null }));
    try {
      const query = state.preview.other_person ? { replace: "person" } : {};
      const { data } = await api.putRecord(patient.id, state.body, query);
      toast(`The record is now version ${data.record.version}.`);
      close();
      done();
    } catch (error) {
      setState((before) => ({ ...before, busy: false, error }));
    }
  };
  const { preview } = state;
  const isOther = preview?.other_person;
  return html`<${Dialog} title="Look at this record before it is stored" onClose=${close} wide>
    <p class="dialog-text">${file.name}, ${bytes(file.size)}. Nothing is stored yet.</p>
    ${!preview && !state.error && html`<p role="status">Reading the record…</p>`}
    ${preview && html`<${People} patient=${patient} held=${held} preview=${preview} />`}
    ${isOther
      && html`<${Notice} kind="bad" title="This record is of another person">
        <p>Birth date, gender or identifiers differ from those of the record that is there. Stored, it would replace that record, and later
          runs of this patient would read it.</p></${Notice}>
        <${Check} label="I have checked that this record belongs to this patient" checked=${state.sure ?? false}
          set=${(sure) => setState((before) => ({ ...before, sure }))} />`}
    ${preview && html`<${Changes} preview=${preview} />`}
    <${Problem} error=${state.error} focus />
    <div class="dialog-actions"><${Button} onClick=${close}>Go back</${Button}>
      ${preview
        && html`<${Button} kind=${isOther ? "danger" : "primary"} busy=${state.busy} disabled=${isOther && !state.sure} onClick=${store}>
          ${isOther ? "Replace the record all the same" : "Store this record"}</${Button}>`}</div>
  </${Dialog}>`;
}

const saysWho = (person) => personOf(person) || "not said";

function People({ patient, held, preview }) {
  return html`<${Facts} class="strip" rows=${[
    ["Patient", patient.label || patient.id],
    ["On record now", held ? saysWho(held.person) : "no record yet"],
    ["In this file", html`<strong>${saysWho(preview.record?.person)}</strong>`],
  ]} />`;
}

function Changes({ preview }) {
  const kinds = ["added", "removed", "changed"];
  const changes = preview.changes ?? {};
  const types = [...new Set(kinds.flatMap((kind) => Object.keys(changes[kind] ?? {})))].sort();
  const warnings = preview.warnings ?? preview.record?.warnings ?? [];
  return html`<section><h3>What changes</h3>
    ${types.length === 0 ? html`<p class="quiet">Nothing: it holds what is there already.</p>`
      : html`<div class="scroll" tabindex="0" role="region" aria-label="What changes"><table class="numbers">
        <thead><tr><th scope="col">Resources</th>${kinds.map((kind) => html`<th scope="col">${kind}</th>`)}</tr></thead>
        <tbody>${types.map((type) => html`<tr><th scope="row">${type}</th>
          ${kinds.map((kind) => html`<td>${changes[kind]?.[type] ? count(changes[kind][type]) : "–"}</td>`)}</tr>`)}</tbody>
      </table></div>`}
    ${warnings.length > 0 && html`<h3>Warnings</h3><ul class="lines">${warnings.map((one) => html`<li>${one}</li>`)}</ul>`}
  </section>`;
}

/** {preview, body}: what the service says of the file, and what names it when it is stored. */
async function rehearse(patientId, file) {
  const isPacked = /\.gz$/i.test(file.name);
  const isLines = /\.ndjson(\.gz)?$/i.test(file.name);
  const isSmall = file.size <= MOST_IN_BODY && !isPacked && !isLines;
  const body = isSmall ? await file.text() : { upload_id: await uploaded(patientId, file, isPacked, isLines) };
  const { data } = await api.putRecord(patientId, body, { dry_run: "true" });
  return { preview: data, body };
}

async function uploaded(patientId, file, gzip, isLines) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
  const { data } = await api.startUpload(patientId, {
    size_bytes: file.size,
    sha256: Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join(""),
    format: isLines ? "ndjson" : "json",
    gzip,
  });
  await putFile(data.upload.url, data.upload.headers, file);
  return data.upload.id;
}
