// An orchestration by phase: what each made, what its checks found, and the gate that a person opens.
import { html } from "../../preact.js";
import { getMetrics } from "../../api.js";
import { bytes, duration, percent, words } from "../../format.js";
import { useAsync } from "../../live.js";
import { actionsFor } from "../../permissions.js";
import { href } from "../../router.js";
import { user } from "../../session.js";
import { Button, Problem, Status } from "../../ui/basics.js";
import { Icon } from "../../ui/icon.js";
import { toast } from "../../ui/toast.js";
import { isOpen, PHASES } from "../../words.js";
import { askNext, nextLabel, phaseOf } from "./actions.js";
import { allArtifacts, fileName } from "./artifacts.js";
import { stepLabel } from "./waterfall.js";

export function Board({ run, refresh }) {
  const { data, error, reload } = useAsync((signal) => boardData(run.id, signal), [run.id, run.updated_at]);
  const phases = run.phases ?? run.steps.map((step) => ({ ...step, phase: step.name }));
  return html`<div class="stack">
    <${Problem} error=${error} retry=${reload} />
    ${data && html`<${Scores} metrics=${data.metrics} />`}
    <ol class="phase-board">
      ${PHASES.map((name) => phases.find((one) => one.phase === name))
        .filter(Boolean)
        .map((one) => html`<${Phase} key=${one.phase} one=${one} run=${run} data=${data} refresh=${refresh} />`)}
    </ol>
  </div>`;
}

async function boardData(runId, signal) {
  const [metrics, artifacts] = await Promise.all([getMetrics(runId, { signal }), allArtifacts(runId, signal)]);
  return { metrics: metrics.metrics ?? metrics, artifacts };
}

function Scores({ metrics }) {
  const shown = [
    ["Governance", metrics.governance_score],
    ["Hygiene", metrics.hygiene_score],
  ].filter(([, score]) => typeof score === "number");
  return (
    shown.length > 0 &&
    html`<p class="scores">${shown.map(([name, score]) => html`<span><strong>${percent(score)}</strong> ${name.toLowerCase()}</span>`)}</p>`
  );
}

function Phase({ one, run, data, refresh }) {
  const current = isOpen(run) && phaseOf(run) === one.phase;
  const begun = current || one.status !== "queued";
  const artifacts = data?.artifacts.filter((artifact) => artifact.phase === one.phase) ?? [];
  const metrics = data?.metrics.phases_metrics?.find((entry) => entry.phase === one.phase);
  return html`<li class=${current ? "phase current" : "phase"} aria-current=${current ? "step" : undefined}>
    <header><h2>${stepLabel(one.phase)}</h2>
      ${begun ? html`<${Status} value=${one.status} />` : html`<span class="quiet small">${isOpen(run) ? "later" : "not reached"}</span>`}
      </header>
    <p class="quiet small">
      ${[one.duration_seconds ? duration(one.duration_seconds) : "", ...(one.agent_ids ?? []).map(words)].filter(Boolean).join(" · ")}</p>
    <ul class="phase-files">${artifacts.map((artifact) => html`<${File} key=${artifact.id} run=${run} artifact=${artifact} />`)}</ul>
    <${Checks} metrics=${metrics} violations=${violationsOf(data, one.phase, artifacts)} begun=${artifacts.length > 0} />
    ${current && html`<${Gate} run=${run} refresh=${refresh} />`}
  </li>`;
}

function File({ run, artifact }) {
  const address = href(`/runs/${run.id}`, { tab: "artifacts", artifact: artifact.id });
  return html`<li>
    <a title=${`${artifact.path}, ${bytes(artifact.size_bytes)}`} href=${address}>
      <${Icon} name="file" /><span class="file-name">${fileName(artifact)}</span>
    </a>
  </li>`;
}

/** A finding belongs to its artifact's phase; one about a file that is missing names the path, which begins with the phase. */
function violationsOf(data, phase, artifacts) {
  const ids = new Set(artifacts.map((artifact) => artifact.id));
  return (data?.metrics.governance_violations ?? []).filter((one) =>
    one.artifact_id ? ids.has(one.artifact_id) : one.message.startsWith(`${phase}/`),
  );
}

function Checks({ metrics, violations, begun }) {
  if (!metrics || !begun) return null;
  const warnings = metrics.governance_warnings ?? [];
  const said = new Set(violations.map((one) => one.message));
  const others = warnings
    .map((one) => (typeof one === "string" ? one : (one.message ?? JSON.stringify(one))))
    .filter((text) => !said.has(text));
  return html`<div class="checks">
    <p class=${metrics.governance_passed ? "check-line good" : "check-line bad"}>
      <${Icon} name=${metrics.governance_passed ? "check" : "cross"} />${metrics.governance_passed ? "Checks passed" : "Checks failed"}</p>
    ${
      (violations.length > 0 || others.length > 0) &&
      html`<ul>
      ${violations.map((one) => html`<li><span class=${one.blocking ? "tag bad" : "tag"}>${one.blocking ? "blocking" : "warning"}
        </span> ${one.message}</li>`)}
      ${others.map((text) => html`<li><span class="tag">warning</span> ${text}</li>`)}
    </ul>`
    }
  </div>`;
}

function Gate({ run, refresh }) {
  const may = actionsFor(user(), run).next;
  const open = async () => {
    if ((await askNext(run)) !== undefined) toast("The phase is being executed.");
    refresh();
  };
  if (run.status === "waiting" && may) return html`<${Button} kind="primary" icon="play" onClick=${open}>${nextLabel(run)}</${Button}>`;
  return html`<p class="quiet small">${run.status === "waiting" ? "Waits for its creator or an admin." : "Being worked on."}</p>`;
}
