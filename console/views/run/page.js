// One run, live: what it is, how far it is, what can be done, and its sections.
import { html, useEffect, useState } from "../../preact.js";
import { duration, money } from "../../format.js";
import { useLiveRun, useNow, useWhy } from "../../live.js";
import { knownPatients, needPatients } from "../../patients.js";
import { personName } from "../../people.js";
import { maySee } from "../../permissions.js";
import { needProjectNames, projectNames } from "../../project-names.js";
import { href } from "../../router.js";
import { user } from "../../session.js";
import { useHealth } from "../../service.js";
import { useStore } from "../../store.js";
import { CopyId, Facts, Loading, Notice, Problem, Status, Tags, Time } from "../../ui/basics.js";
import { Icon } from "../../ui/icon.js";
import { Page, Sections } from "../../ui/page.js";
import { PatientBar } from "../../ui/patient-bar.js";
import { isOpen, WORKFLOWS } from "../../words.js";
import { Actions } from "./actions.js";
import { Artifacts } from "./artifacts.js";
import { AttachDialog, FinishDialog } from "./by-hand.js";
import { Board } from "./board.js";
import { History } from "./history.js";
import { InputOutput } from "./input-output.js";
import { runTitle, workflowLabel } from "./names.js";
import { Overview } from "./overview.js";
import { elapsed } from "./segments.js";
import { Usage } from "./usage.js";

const SECTIONS = { overview: Overview, board: Board, artifacts: Artifacts, io: InputOutput, history: History, usage: Usage };

export function RunPage({ runId, query }) {
  const { run, events, error, refresh } = useLiveRun(runId);
  const { worker_enabled: workerEnabled } = useHealth();
  const [dialog, setDialog] = useState(null);
  useStore(projectNames);
  useStore(knownPatients);
  const { why } = useWhy(run);
  useEffect(() => {
    if (run) needProjectNames([run]);
    if (run) needPatients([run]);
  }, [run?.id]);
  const crumbs = [["Runs", href("/runs")]];
  if (!run) {
    return html`<${Page} title="Run" crumbs=${crumbs}>
      ${error ? html`<${Problem} error=${error} retry=${refresh} />` : html`<${Loading} rows=${6} />`}</${Page}>`;
  }
  if (run.status === "unreadable") return html`<${Unreadable} run=${run} crumbs=${crumbs} />`;
  const isHidden = query.tab === "usage" && !maySee.cost(user());
  const Section = (!isHidden && SECTIONS[query.tab]) || Overview;
  const context = { run, events, query, refresh, workerEnabled, why };
  return html`<${Page} title=${html`<${Title} run=${run} />`} plain=${`${workflowLabel(run)} · ${runTitle(run)}`} crumbs=${crumbs}
    class="run-page"
    actions=${html`<${Actions} ...${context} workerEnabled=${workerEnabled === true} open=${setDialog} />`}>
    ${run.subject?.type === "patient" && !run.erased_at && run.workflow !== "erasure" && maySee.patients(user()) && html`<${PatientBar}
      patientId=${run.subject.id} read=${run.record?.version} />`}
    <${LiveStatus} run=${run} />
    <${Problem} error=${error} retry=${refresh} />
    <${Head} run=${run} />
    <${Sections} label="Sections of this run" items=${sectionsOf(run)} current=${query.tab ?? "overview"} />
    <${Section} ...${context} />
    ${dialog === "finish" && html`<${FinishDialog} run=${run} close=${() => setDialog(null)} refresh=${refresh} />`}
    ${dialog === "attach" && html`<${AttachDialog} run=${run} close=${() => setDialog(null)} refresh=${refresh} />`}
  </${Page}>`;
}

/** What another version wrote: nothing is known of it, and nothing can be done to it, until that version is back. */
function Unreadable({ run, crumbs }) {
  return html`<${Page} title="Run" crumbs=${crumbs}><${Notice} kind="bad" title="This run cannot be read">
    <p>Another version of the service wrote it. It is kept as it is, nothing ends it, and it can be read when that version is back.</p>
    <p><${CopyId} id=${run.id} label="run id" /></p></${Notice}></${Page}>`;
}

function sectionsOf(run) {
  const at = (tab) => href(`/runs/${run.id}`, { tab });
  return [
    ["overview", "Overview", at(null)],
    ...(run.workflow === "orchestration" ? [["board", "Phases", at("board")]] : []),
    ["artifacts", `Artifacts ${run.artifacts_count || ""}`.trim(), at("artifacts")],
    ["io", "Input and output", at("io")],
    ["history", "History", at("history")],
    ...(maySee.cost(user()) ? [["usage", "Usage and cost", at("usage")]] : []),
  ];
}

function Title({ run }) {
  const name = runTitle(run);
  return html`<span class="run-title"><span class="run-mark"><${Icon} name=${WORKFLOWS[run.workflow]?.icon ?? "layers"} /></span>
    <span><span class="eyebrow">${workflowLabel(run)}</span><span class="run-name" title=${name}>${name}</span></span></span>`;
}

/** Said aloud by screen readers whenever the status changes. */
function LiveStatus({ run }) {
  return html`<p class="sr-only" role="status">Status: ${run.status}${run.current_step && isOpen(run) ? `, ${run.current_step}` : ""}</p>`;
}

const linkTo = (kind, id, name) => html`<a class="linked-name" href=${href(`/${kind}/${id}`)}>${name ?? `${id.slice(0, 8)}…`}</a>`;

/** An erasure is tried until it is done. */
const attemptOf = (run) => (run.workflow === "erasure" ? String(run.attempt) : `${run.attempt} of ${run.max_attempts}`);

function Head({ run }) {
  const now = useNow(isOpen(run) ? 1_000 : 20_000);
  const rows = [
    ["Status", html`<${Status} value=${run.status} size="big" />`],
    ["Created", html`<${Time} at=${run.created_at} both />`],
    ["By", personName(run.created_by)],
    ["Duration", duration(elapsed(run, now))],
    ["Attempt", run.attempt ? attemptOf(run) : "not begun"],
    ["Cost", maySee.cost(user()) && money(run.usage?.cost_usd)],
    ["Record", run.record && `version ${run.record.version}`],
    [run.workflow === "erasure" ? "Goes on" : "Next try", run.status === "queued" && Date.parse(run.available_at) > now && html`<${Time} at=${run.available_at} />`],
    ["Ends by", isOpen(run) && html`<${Time} at=${run.deadline_at} />`],
    ["Project", run.subject?.type === "project" && linkTo("projects", run.subject.id, projectNames.get()[run.subject.id])],
    ["Cloned from", run.metadata?.cloned_from && linkTo("runs", String(run.metadata.cloned_from))],
    ["Tags", run.tags?.length > 0 && html`<${Tags} values=${run.tags} />`],
    ["Run", html`<${CopyId} id=${run.id} label="run id" />`],
  ];
  return html`<div class="run-head"><${Facts} rows=${rows} class="strip" /></div>`;
}
