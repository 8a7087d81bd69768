// Cloning a run by form: what it was created with, ready to be changed. What is left as it is is not sent.
import { html } from "../../preact.js";
import * as api from "../../api.js";
import { useAsync } from "../../live.js";
import { actionsFor } from "../../permissions.js";
import { href, navigate } from "../../router.js";
import { user } from "../../session.js";
import { Card, Empty, Facts, Loading, Problem } from "../../ui/basics.js";
import { Form, listOf, objectOf, Select, Text, useDraft } from "../../ui/form.js";
import { Page } from "../../ui/page.js";
import { PatientBar } from "../../ui/patient-bar.js";
import { toast } from "../../ui/toast.js";
import { runTitle, workflowLabel } from "../run/names.js";
import { ProfileChoice } from "./orchestration.js";

export function ClonePage({ runId }) {
  const { data, error, reload } = useAsync((signal) => original(runId, signal), [runId]);
  const isOffered = data && actionsFor(user(), data.run).clone;
  const crumbs = [
    ["Runs", href("/runs")],
    ["Run", href(`/runs/${runId}`)],
  ];
  return html`<${Page} title="Clone a run" about="A new run like it, with what you change. The original stays as it is." crumbs=${crumbs}>
    <${Problem} error=${error} retry=${reload} />
    ${!data && !error && html`<${Loading} />`}
    ${data?.run.subject?.type === "patient" && html`<${PatientBar} patientId=${data.run.subject.id} />`}
    ${data && !isOffered && html`<${Card}><${Empty} icon="shield" title="You cannot clone this run"><p>${data.run.erased_at
      ? "What it held was erased." : "Your role does not start such runs."} <a href=${href(`/runs/${runId}`)}>Go to the run</a></p></${Empty}></${Card}>`}
    ${isOffered && html`<${Card} class="narrow"><${CloneForm} run=${data.run} inputs=${data.inputs} /></${Card}>`}
  </${Page}>`;
}

/** {run, inputs}: a diagnosis run in the words of the assessment door, which name its assessment; an analysis with its project's inputs. */
async function original(runId, signal) {
  const { run } = await api.getRun(runId, { signal });
  if (run.workflow === "diagnosis") return { run: { ...run, ...(await api.getDiagnosisRun(runId, { signal })).run }, inputs: [] };
  if (run.workflow !== "analysis") return { run, inputs: [] };
  return { run, inputs: (await api.listInputs(run.subject.id, { limit: 100 }, { signal })).inputs };
}

const kindOf = (run) => (run.workflow === "diagnosis" && run.assessment_id ? "assessment" : run.workflow);
const FIELDS = { diagnosis: DiagnosisFields, assessment: AssessmentFields, orchestration: OrchestrationFields, analysis: AnalysisFields };

function CloneForm({ run, inputs }) {
  const before = valuesOf(run);
  const [values, setValues, sent] = useDraft(`clone ${run.id}`, { ...before, budget: "" });
  const set = (name) => (value) => setValues((held) => ({ ...held, [name]: value }));
  const Fields = FIELDS[kindOf(run)];
  const send = async (key) => {
    const { data } = await api.cloneRun(run.id, overridesOf(before, values), { key });
    sent();
    toast("The clone was created.");
    navigate(`/runs/${data.run.id}`);
  };
  return html`<${Facts} class="strip" rows=${[
    ["Original", runTitle(run)],
    ["Workflow", workflowLabel(run)],
  ]} />
    <${Form} values=${values} send=${send} submit="Create the clone"><${Fields} values=${values} set=${set} inputs=${inputs} /></${Form}>`;
}

function valuesOf(run) {
  return {
    profile: run.profile ?? "",
    intake: run.intake ?? "",
    name: run.project_name ?? "",
    focus: run.input?.[askedAs(run.input)] ?? "",
    asked: askedAs(run.input),
    config: furtherOf(run.input),
    tags: (run.tags ?? []).join(", "),
    correlation: run.correlation_id ?? "",
    version: "",
  };
}

/** The name under which a run was asked its question: that of the result's page, which shows the focus first. */
const askedAs = (input) => ["focus", "question"].find((name) => typeof input?.[name] === "string") ?? "focus";

/** What else than the question a run was configured with, as JSON; empty where there is nothing else. */
function furtherOf(input) {
  const kept = { ...input };
  if (typeof kept[askedAs(input)] === "string") delete kept[askedAs(input)];
  return Object.keys(kept).length ? JSON.stringify(kept, null, 2) : "";
}

function OrchestrationFields({ values, set }) {
  return html`<${ProfileChoice} value=${values.profile} set=${set("profile")} />
    <${Text} label="Intake" names="intake" area=${7} value=${values.intake} set=${set("intake")} />
    <${Text} label="Name of the project" names="project_name" optional value=${values.name} set=${set("name")} />
    <${Common} values=${values} set=${set} />`;
}

function DiagnosisFields({ values, set }) {
  return html`<${Text} label="Question or focus" names="focus" optional area=${3} value=${values.focus} set=${set("focus")} />
    <details class="more" open=${values.config !== ""}><summary>Further configuration</summary>
      <${Text} label="Further configuration" names="input_config" optional hint="A JSON object beside the question" area=${5} mono
        value=${values.config} set=${set("config")} /></details>
    <${Common} values=${values} set=${set} />`;
}

function AssessmentFields({ values, set }) {
  return html`<${Text} label="Correlation id" names="correlation_id"
    hint="There is one run for each assessment and correlation id, so a clone needs another one."
    value=${values.correlation} set=${set("correlation")} />`;
}

function AnalysisFields({ values, set, inputs }) {
  const versions = inputs.map((one) => [String(one.version), `Version ${one.version} (${one.status}) ${one.title ?? ""}`]);
  return html`<${Select} label="Input" names="input_version" hint="There is one run for each version, so a clone needs another one."
    value=${values.version}
    set=${set("version")} options=${[["", "The same"], ...versions]} />`;
}

function Common({ values, set }) {
  return html`<div class="form-grid"><${Text} label="Tags" names="tags" optional hint="Separated by commas" value=${values.tags}
    set=${set("tags")} />
    <${Text} label="Budget in dollars" names="max_cost_usd" optional type="number" min="0" step="0.01" value=${values.budget}
      set=${set("budget")} /></div>`;
}

/** Only what differs from the original, under the names that the run was created with. */
export function overridesOf(before, values) {
  const changed = (name) => values[name] !== before[name];
  return {
    ...(changed("profile") && { profile: values.profile.trim() }),
    ...(changed("intake") && { intake: values.intake.trim() }),
    ...(changed("name") && { project_name: values.name.trim() || null }),
    ...(changed("tags") && { tags: listOf(values.tags) }),
    ...((changed("config") || changed("focus")) && { input_config: configOf(values) }),
    ...(changed("correlation") && { correlation_id: values.correlation.trim() }),
    ...(values.version !== "" && { input_version: Number(values.version) }),
    ...(values.budget !== "" && { max_cost_usd: Number(values.budget) }),
  };
}

const configOf = ({ focus, asked = "focus", config }) => ({
  ...(focus.trim() && { [asked]: focus.trim() }),
  ...(config.trim() && objectOf(config, "input_config")),
});
