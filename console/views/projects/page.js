// One project: its newest result, the versions of its input, and every analysis that was made of them.
import { html, useState } from "../../preact.js";
import * as api from "../../api.js";
import { useAsync, useEvery } from "../../live.js";
import { href } from "../../router.js";
import { Button, Card, CopyId, Empty, LinkButton, Loading, Problem, Status, Time } from "../../ui/basics.js";
import { ask } from "../../ui/dialog.js";
import { Markdown } from "../../ui/markdown.js";
import { Page, Pager, useTrail } from "../../ui/page.js";
import { toast } from "../../ui/toast.js";
import { failureTitle, isOpen, refusalText, saysTheSame } from "../../words.js";
import { generateRun } from "../create/analysis.js";
import { RunList } from "../runs/row.js";
import { InputDialog } from "./input.js";

export function ProjectPage({ projectId }) {
  const [adding, setAdding] = useState(false);
  const project = useAsync((signal) => findProject(projectId, signal), [projectId]);
  const inputs = useAsync((signal) => api.listInputs(projectId, { limit: 50 }, { signal }), [projectId]);
  const latest = useAsync((signal) => api.latestProjectRun(projectId, {}, { signal }), [projectId]);
  useEvery(isOpen(latest.data?.run) ? 3_000 : 30_000, () => latest.loading || latest.reload());
  const name = project.data?.name ?? "Project";
  const actions = html`<${Button} icon="plus" onClick=${() => setAdding(true)}>Add an input</${Button}>
    <${Button} kind="primary" icon="chart"
      onClick=${() => generated(projectId)}>Generate analysis</${Button}>`;
  return html`<${Page} title=${name} crumbs=${[["Projects", href("/projects")]]}
    about=${html`<${CopyId} id=${projectId} label="project id" />`} actions=${!inputs.error && actions}>
    <${Problem} error=${inputs.error} retry=${inputs.reload} />
    ${
      inputs.data &&
      html`<div class="two-thirds">
      <div class="stack"><${Latest} ...${latest} /><${Runs} projectId=${projectId} /></div>
      <${Inputs} inputs=${inputs.data.inputs} projectId=${projectId} />
    </div>`
    }
    ${!inputs.data && !inputs.error && html`<${Loading} rows=${5} />`}
    ${adding && html`<${InputDialog} projectId=${projectId} before=${latest.data?.run?.input ?? {}}
      version=${inputs.data?.inputs[0]?.version} close=${() => setAdding(false)} done=${inputs.reload} />`}
  </${Page}>`;
}

/** There is no route for one project, so its name comes from the list. */
async function findProject(projectId, signal) {
  let cursor = null;
  do {
    const page = await api.listProjects({ limit: 100, cursor }, { signal });
    const found = page.projects.find((one) => one.id === projectId);
    if (found) return found;
    cursor = page.next_cursor;
  } while (cursor);
  return null;
}

const generated = (projectId, version) => askGenerate(projectId, version).catch((error) => toast(refusalText(error), "info"));

/** The inputs are asked for at that moment: one may have been added since the page was drawn. */
async function askGenerate(projectId, version) {
  const { inputs } = await api.listInputs(projectId, { limit: 100 });
  const final = inputs.find((one) => one.status === "final");
  const isEmpty = !version && !final;
  const what = version ? `version ${version}` : `version ${final?.version}, the latest final one`;
  return ask({
    title: isEmpty ? "Generate without an input?" : "Generate the analysis?",
    body: isEmpty
      ? html`<p>The project has no final input. No model is called and nothing is spent, but the attempt stays on record as a failed run.
        Add an input first to get an analysis.</p>`
      : html`<p>It looks at ${what}. The model is called, which costs money. Where this input was analysed before,
        that run is shown instead and nothing is spent.</p>`,
    confirm: isEmpty ? "Generate all the same" : "Generate",
    last: ["NO_INPUTS"],
    act: () => generateRun(projectId, version),
  });
}

function Latest({ data, error, reload }) {
  const run = data?.run;
  return html`<${Card} title="Last run"
    aside=${run && html`<${LinkButton} kind="small" href=${href(`/runs/${run.id}`)}>Open</${LinkButton}>`}>
    <${Problem} error=${error} retry=${reload} />
    ${!data && !error && html`<${Loading} rows=${2} />`}
    ${data && !run && html`<p class="never">Never</p>`}
    ${
      run &&
      html`<p class="last-line"><${Status} value=${run.status} size="big" /> <${Time} at=${run.completed_at ?? run.created_at} both /></p>
      ${run.error_info && html`<p>${failureTitle(run.error_info.code)}.
        ${!saysTheSame(run.error_info) && html` <span class="quiet">${run.error_info.message}</span>`}</p>`}
      ${typeof run.output?.summary === "string" && html`<${Markdown} text=${run.output.summary} />`}`
    }
  </${Card}>`;
}

function Runs({ projectId }) {
  const [trail, go] = useTrail();
  const { data, error, loading, reload } = useAsync(
    (signal) => api.listProjectRuns(projectId, { limit: 10, cursor: trail.at(-1) }, { signal }),
    [projectId, trail],
  );
  useEvery(data?.runs.some(isOpen) ? 4_000 : 30_000, () => loading || reload());
  return html`<${Card} title="Every run">
    <${Problem} error=${error} retry=${reload} />
    ${!data && !error && html`<${Loading} />`}
    ${data && (data.runs.length
      ? html`<${RunList} runs=${data.runs} label="Runs of this project"
        name=${(run) => (run.input_version ? `Analysis of input ${run.input_version}` : "Analysis without input")} />`
          : html`<${Empty} icon="chart" title="Not analysed yet"><p>Add an input, then generate the analysis.</p></${Empty}>`)}
    ${data && html`<${Pager} trail=${trail} next=${data.next_cursor} go=${go} shown=${data.runs.length} />`}
  </${Card}>`;
}

function Inputs({ inputs, projectId }) {
  return html`<${Card} title="Inputs">
    ${!inputs.length
      && html`<${Empty} icon="file" title="No inputs yet">
        <p>An input says what is believed (the hypothesis), about whom (the audience), and what is known (notes).</p></${Empty}>`}
    <ul class="plain-list">${inputs.map(
      (one) => html`<li key=${one.version}><details class="assessment" open=${one === inputs[0]}>
      <summary><span class="run-name">Version ${one.version}</span> <span class=${one.status === "final" ? "tag good" : "tag"}>${one.status}
        </span> <span class="quiet small"><${Time} at=${one.created_at} /></span></summary>
      ${one.title && html`<p>${one.title}</p>`}
      <${Button} kind="small" icon="chart"
        onClick=${() => generated(projectId, one.version)}>Analyse this version</${Button}>
    </details></li>`,
    )}</ul>
  </${Card}>`;
}
