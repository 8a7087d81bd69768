// What went into a run and what came out of it; for diagnosis runs also the context pack, as it was sent to the model.
import { html, useState } from "../../preact.js";
import { getDiagnosisRun } from "../../api.js";
import { useAsync } from "../../live.js";
import { care } from "../../permissions.js";
import { user } from "../../session.js";
import { Button, Card, Empty, Loading, Problem } from "../../ui/basics.js";
import { JsonTree } from "../../ui/json-tree.js";

export function InputOutput({ run }) {
  const intake = run.intake ?? run.input?.intake;
  return html`<div class="stack">
    <${Card} title="Input">
      ${typeof intake === "string" && intake && html`<blockquote class="intake">${intake}</blockquote>`}
      ${run.input === null ? html`<p class="quiet">The input is not shown to you.</p>`
        : html`<${JsonTree} value=${run.input} label="Input" />`}
    </${Card}>
    <${Card} title="Output">
      ${run.output === null ? html`<${Empty} icon="file" title="No output"><p>A run has one when it has succeeded.</p></${Empty}>`
        : html`<${JsonTree} value=${run.output} open=${3} label="Output" />`}
    </${Card}>
    ${Object.keys(run.metadata ?? {}).length > 0
      && html`<${Card} title="Metadata"><${JsonTree} value=${run.metadata} label="Metadata" /></${Card}>`}
    ${run.workflow === "diagnosis" && care.readRecord(user()) && html`<${ContextPack} run=${run} />`}
  </div>`;
}

function ContextPack({ run }) {
  const [shown, setShown] = useState(false);
  return html`<${Card} title="Context pack"
    aside=${!shown && html`<${Button} kind="small" onClick=${() => setShown(true)}>Show it</${Button}>`}>
    <p class="quiet">The coded facts that the model was sent: no name, address, contact or identifier.</p>
    ${shown && html`<${Pack} runId=${run.id} version=${run.updated_at} />`}
  </${Card}>`;
}

function Pack({ runId, version }) {
  const { data, error, loading, reload } = useAsync((signal) => getDiagnosisRun(runId, { signal }), [runId, version]);
  if (error) return html`<${Problem} error=${error} retry=${reload} />`;
  if (!data) return loading && html`<${Loading} />`;
  const pack = data.run.context_pack;
  return pack ? html`<${JsonTree} value=${pack} label="Context pack" />` : html`<p>It has not been built yet.</p>`;
}
