// Two runs side by side: what they were given, what they found, and what each cost; only what differs is shown.
import { html } from "../../preact.js";
import { compareRuns, getRun, listDiagnosisRuns, listPatientRuns, listProjectRuns, listRuns } from "../../api.js";
import { count, duration, money, shortId, words } from "../../format.js";
import { useAsync } from "../../live.js";
import { care, maySee, mayCreate } from "../../permissions.js";
import { href, navigate } from "../../router.js";
import { user } from "../../session.js";
import { Card, Empty, Facts, Loading, Problem, Status, Time } from "../../ui/basics.js";
import { Form, needs, Text, useDraft } from "../../ui/form.js";
import { Page } from "../../ui/page.js";
import { PatientBar } from "../../ui/patient-bar.js";
import { runByTime, runTitle, workflowLabel } from "../run/names.js";
import { stepLabel } from "../run/waterfall.js";
import { Patch } from "./patch.js";

export function ComparePage({ query }) {
  const { a, b } = query;
  return html`<${Page} title="Compare two runs" about="The first one, and what is different in the second"
    crumbs=${[["Runs", href("/runs")]]}>
    ${a && b ? html`<${Comparison} key=${`${a} ${b}`} a=${a} b=${b} />` : html`${a && html`<${Alike} key=${a} a=${a} />`}<${Card}
      class="narrow" title=${a ? "Or any other run" : undefined}><${Choice} key=${a} a=${a} b=${b} /></${Card}>`}
  </${Page}>`;
}

/** The run, and what it is likely to be compared with: the newest others of its patient or project, else of its kind. */
function Alike({ a }) {
  const { data, error, reload } = useAsync((signal) => alike(a, signal), [a]);
  if (!data) return error ? html`<${Problem} error=${error} retry=${reload} />` : html`<${Loading} rows=${4} />`;
  const { run, others } = data;
  return html`<div class="stack">${run.subject?.type === "patient" && maySee.patients(user())
    && html`<${PatientBar} patientId=${run.subject.id} />`}
    <${Side} title="First" run=${run} />
    <${Card} title="With which one?" class="narrow">${others.length
      ? html`<ul class="plain-list">${others.map((one) => html`<li key=${one.id}><a class="line-link"
        href=${href("/compare", { a, b: one.id })}><span class="run-what">
          <span class="run-name">${BY_TIME.includes(one.subject?.type) ? runByTime(one) : runTitle(one)}</span><span class="quiet small mono">${shortId(one.id)}</span></span>
        <${Status} value=${one.status} /><span class="quiet small"><${Time} at=${one.created_at} both /></span></a></li>`)}</ul>`
      : html`<${Empty} icon="layers" title="There is no other run like it"><p>A clone of it can be compared with it.</p></${Empty}>`}
    </${Card}></div>`;
}

const NEWEST = 20;
/** Where all are of one subject, its name tells nothing. */
const BY_TIME = ["patient", "project"];

async function alike(a, signal) {
  const { run } = await getRun(a, { signal });
  const { runs } = await listLike(run, signal);
  return { run, others: runs.filter((one) => one.id !== run.id && one.subject?.id === run.subject?.id && !one.erased_at) };
}

function listLike(run, signal) {
  const { type, id } = run.subject ?? {};
  const [newest, options] = [{ limit: NEWEST }, { signal }];
  if (type === "patient") return care.runDiagnosis(user()) ? listPatientRuns(id, newest, options) : listDiagnosisRuns(newest, options);
  if (type === "project" && mayCreate.analysis(user())) return listProjectRuns(id, newest, options);
  return listRuns({ workflow: run.workflow, profile: run.profile, ...newest }, options);
}

function Choice({ a = "", b = "" }) {
  const [values, setValues] = useDraft(`compare ${a}`, { a, b });
  const set = (name) => (value) => setValues((before) => ({ ...before, [name]: value.trim() }));
  const send = async () => {
    needs(values);
    navigate("/compare", values);
  };
  return html`<${Form} values=${values} send=${send} submit="Compare">
    <${Text} label="First run" names="a" mono value=${values.a} set=${set("a")} hint="The id of a run" />
    <${Text} label="Second run" names="b" mono value=${values.b} set=${set("b")} /></${Form}>`;
}

function Comparison({ a, b }) {
  const { data, error, reload } = useAsync((signal) => loaded(a, b, signal), [a, b]);
  if (error) return html`<${Problem} error=${error} retry=${reload} />`;
  if (!data) return html`<${Loading} rows=${6} />`;
  const { first, second, found } = data;
  const patients = [...new Set([first, second].map((run) => run.subject).filter((one) => one?.type === "patient").map((one) => one.id))];
  return html`${patients.map((id) => html`<${PatientBar} key=${id} patientId=${id} />`)}
    <div class="two-columns"><${Side} title="First" run=${first} /><${Side} title="Second" run=${second} /></div>
    <${Card} title="Figures"><${Figures} found=${found} first=${first} second=${second} /></${Card}>
    <${Patch} title="Input" patch=${found.input} before=${first.input} />
    <${Patch} title="Facts sent to the model" patch=${found.pack} />
    <${Patch} title="Output" patch=${found.output} before=${first.output} />`;
}

async function loaded(a, b, signal) {
  const [found, first, second] = await Promise.all([compareRuns({ a, b }, { signal }), getRun(a, { signal }), getRun(b, { signal })]);
  return { found, first: first.run, second: second.run };
}

function Side({ title, run }) {
  return html`<${Card} title=${title} aside=${html`<${Status} value=${run.status} />`}>
    <p><a href=${href(`/runs/${run.id}`)}>${runTitle(run)}</a></p>
    <${Facts} class="strip small" rows=${[
      ["Workflow", workflowLabel(run)],
      ["Created", html`<${Time} at=${run.created_at} both />`],
      ["Record", run.record && `version ${run.record.version}`],
      ["Run", html`<code>${run.id}</code>`],
    ]} /></${Card}>`;
}

function Figures({ found, first, second }) {
  const isPaid = maySee.cost(user());
  const usage = (name, write) => [name === "cost_usd" ? "Cost" : words(name), write(found.usage.a?.[name]), write(found.usage.b?.[name])];
  const rows = [
    ["Status", first.status, second.status],
    ["Attempts", first.attempt, second.attempt],
    ["Duration", duration(first.duration_seconds), duration(second.duration_seconds)],
    ["Model", found.usage.a?.model ?? "–", found.usage.b?.model ?? "–"],
    ...(isPaid ? [usage("cost_usd", money), usage("calls", count), usage("input_tokens", count), usage("output_tokens", count)] : []),
    ...found.steps.map((step) => [stepLabel(step.name), stepText(step.a), stepText(step.b)]),
  ];
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Figures side by side"><table class="numbers">
    <thead><tr><th scope="col"><span class="sr-only">What</span></th><th scope="col">First</th><th scope="col">Second</th></tr></thead>
    <tbody>${rows.map(([name, one, other]) => html`<tr class=${String(one) === String(other) ? "" : "differs"}><th scope="row">${name}</th>
      <td>${one}</td><td>${other}</td></tr>`)}</tbody></table></div>`;
}

const stepText = (step) => (step ? `${step.status}${step.duration_seconds ? `, ${duration(step.duration_seconds)}` : ""}` : "–");
