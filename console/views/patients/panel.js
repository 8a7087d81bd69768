// The runs panel of the studio, behind its flag: every studio route in one place, with an execute button where the worker is on.
import { html, useState } from "../../preact.js";
import { createPatientRun, executeRun, getStudioArtifact, getStudioRun, listPatientRuns, listStudioArtifacts } from "../../api.js";
import { shortId } from "../../format.js";
import { useAsync, useEvery } from "../../live.js";
import { personName } from "../../people.js";
import { useHealth } from "../../service.js";
import { Button, Card, Empty, Facts, Problem, Status, Time } from "../../ui/basics.js";
import { ask } from "../../ui/dialog.js";
import { JsonTree } from "../../ui/json-tree.js";
import { toast } from "../../ui/toast.js";
import { isOpen } from "../../words.js";

/** `?enableDiagnosisRuns`, before or after the `#`. */
export const isPanelEnabled = (query) => "enableDiagnosisRuns" in query || new URLSearchParams(location.search).has("enableDiagnosisRuns");

export function DiagnosisRunsPanel({ patientId }) {
  const [chosen, setChosen] = useState(null);
  const [failure, setFailure] = useState(null);
  const { data, error, loading, reload } = useAsync((signal) => listPatientRuns(patientId, { limit: 20 }, { signal }), [patientId]);
  const runs = data?.runs ?? [];
  const shown = chosen ?? runs[0]?.id;
  useEvery(runs.some(isOpen) ? 3_000 : 0, () => loading || reload());
  const create = () =>
    createPatientRun(patientId, { input_config: { source: "panel" }, dispatch: "manual" }, { key: crypto.randomUUID() }).then(
      ({ data: created }) => {
        setFailure(null);
        setChosen(created.run.id);
        reload();
      },
      setFailure,
    );
  return html`<${Card} title="Diagnosis runs panel" class="panel"
    aside=${html`<${Button} kind="small" icon="plus" onClick=${create}>Create a run</${Button}>
      <${Button} kind="small" icon="refresh" onClick=${reload}>Reload</${Button}>`}>
    <${Problem} error=${failure ?? error} retry=${reload} />
    ${data && !runs.length && html`<${Empty} icon="pulse" title="No runs"><p>Create one; it waits until it is executed.</p></${Empty}>`}
    <div class="panel-body">
      <ul class="panel-runs">${runs.map(
        (
          run,
        ) => html`<li key=${run.id}>
          <button type="button" aria-pressed=${run.id === shown ? "true" : "false"} onClick=${() => setChosen(run.id)}>
        <${Status} value=${run.status} /><span class="mono">${shortId(run.id)}</span>
        <span class="quiet small"><${Time} at=${run.created_at} /></span></button></li>`,
      )}</ul>
      ${shown && html`<${Details} key=${shown} runId=${shown} version=${runs.find((run) => run.id === shown)?.updated_at}
        changed=${reload} />`}
    </div>
  </${Card}>`;
}

function Details({ runId, version, changed }) {
  const { worker_enabled: workerEnabled } = useHealth();
  const { data, error, reload } = useAsync(
    async (signal) => {
      const [{ run }, { artifacts }] = await Promise.all([
        getStudioRun(runId, { signal }),
        listStudioArtifacts(runId, { limit: 100 }, { signal }),
      ]);
      return { run, artifacts };
    },
    [runId, version],
  );
  const execute = async () => {
    const answer = await ask({
      title: "Execute this run?",
      body: html`<p>The worker starts at once and calls the model, which costs money.</p>`,
      confirm: "Execute",
      act: () => executeRun(runId),
    });
    if (!answer) return;
    toast("The worker was rung.");
    changed();
  };
  if (!data) return html`<${Problem} error=${error} retry=${reload} />`;
  const { run, artifacts } = data;
  return html`<div class="panel-details">
    <${Facts} class="strip small" rows=${[
      ["Status", html`<${Status} value=${run.status} />`],
      ["Attempt", `${run.attempt} of ${run.max_attempts}`],
      ["Clinician", personName(run.clinician_user_id)],
      ["Error", run.error_info?.code],
    ]} />
    ${run.status === "queued" && workerEnabled === true
      && html`<${Button} kind="primary small" icon="play" onClick=${execute}>Execute</${Button}>`}
    ${run.status === "queued" && workerEnabled === false
      && html`<p class="quiet small">The worker is switched off, so it can't be executed now.</p>`}
    <h3>Artifacts</h3>
    ${artifacts.length
      ? html`<ul class="plain-list">${artifacts.map((one) => html`<li key=${one.id}><${PanelArtifact} one=${one} /></li>`)}</ul>`
        : html`<p class="quiet">None yet.</p>`}
  </div>`;
}

function PanelArtifact({ one }) {
  const [state, setState] = useState({});
  const show = () =>
    getStudioArtifact(one.id).then(
      ({ artifact }) => setState({ artifact }),
      (error) => setState({ error }),
    );
  return html`<div><span>${one.sequence_order}. ${one.artifact_name} <span class="tag">${one.artifact_type}</span></span>
    ${!state.artifact && html` <${Button} kind="small" onClick=${show}>Show</${Button}>`}
    <${Problem} error=${state.error} />
    ${state.artifact && html`<${JsonTree} value=${state.artifact.artifact_data} label=${one.artifact_name} />`}</div>`;
}
