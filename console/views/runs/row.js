// One run in a list: a link to it with everything that tells it from its neighbours.
import { html, useEffect } from "../../preact.js";
import { duration, money, shortId } from "../../format.js";
import { useNow } from "../../live.js";
import { knownPatients, needPatients, personOf } from "../../patients.js";
import { personName } from "../../people.js";
import { maySee } from "../../permissions.js";
import { needProjectNames, projectNames } from "../../project-names.js";
import { href } from "../../router.js";
import { user } from "../../session.js";
import { useStore } from "../../store.js";
import { Status, Tags, Time } from "../../ui/basics.js";
import { Icon } from "../../ui/icon.js";
import { Steps } from "../../ui/steps.js";
import { failureTitle, isOpen, reasonTitle, WORKFLOWS } from "../../words.js";
import { runTitle, workflowLabel } from "../run/names.js";
import { elapsed } from "../run/segments.js";
import { stepLabel } from "../run/waterfall.js";

const MOST_TAGS = 3;

/** `name` calls a run; where all are of one patient or project, it says something else than that. */
export function RunList({ runs, label = "Runs", name = runTitle, chosen = null, choose }) {
  useStore(projectNames);
  useStore(knownPatients);
  useEffect(() => {
    needProjectNames(runs);
    needPatients(runs);
  }, [runs]);
  return html`<ul class="run-list" aria-label=${label}>
    ${runs.map((run) => html`<${RunRow} key=${run.id} run=${run} name=${name(run)}
      ticked=${chosen && chosen.has(run.id)} tick=${() => choose(toggled(chosen, run.id))} />`)}</ul>`;
}

function toggled(chosen, id) {
  const next = new Set(chosen);
  if (!next.delete(id)) next.add(id);
  return next;
}

/** `ticked`: true or false where runs are being chosen, else null. */
function RunRow({ run, name, ticked, tick }) {
  const now = useNow(isOpen(run) ? 1_000 : 20_000);
  const isChoosing = ticked !== null;
  const person = run.subject?.type === "patient" && personOf(knownPatients.get()[run.subject.id]);
  return html`<li class=${isChoosing ? "run-row choosing" : "run-row"}>
    ${isChoosing && html`<input type="checkbox" checked=${ticked} onChange=${tick} aria-label=${`Choose ${name}, ${shortId(run.id)}`} />`}
    <a href=${href(`/runs/${run.id}`)}>
      <span class="run-mark"><${Icon} name=${WORKFLOWS[run.workflow]?.icon ?? "layers"} /></span>
      <span class="run-what"><span class="run-name" title=${name}>${name}</span>
        <span class="run-meta quiet small"><span>${workflowLabel(run)}</span>${person && html`<span>${person}</span>`}<span
          class="mono run-id">${shortId(run.id)}</span>
          <span>${personName(run.created_by)}</span><${Tags} values=${run.tags} most=${MOST_TAGS} /></span></span>
      <${Steps} run=${run} />
      <span class="run-state"><${Status} value=${run.status} /><span class="run-progress quiet small">${progress(run)}</span></span>
      <span class="run-numbers"><span title="Duration">${duration(elapsed(run, now))}</span>
        ${maySee.cost(user()) && html`<span class="quiet" title="Cost">${money(run.usage?.cost_usd)}</span>`}</span>
      <span class="run-when"><${Time} at=${run.created_at} /></span>
    </a>
  </li>`;
}

const SAID_OTHERWISE = ["gate", "manual", "backoff"];

function progress(run) {
  if (run.status === "failed") return failureTitle(run.error_info?.code);
  if (!isOpen(run)) return "";
  const step = run.current_phase ?? run.current_step;
  if (run.blocked_by && !SAID_OTHERWISE.includes(run.blocked_by)) return reasonTitle(run.blocked_by);
  if (run.status === "queued" && run.dispatch === "manual") return "until somebody starts it";
  if (run.status === "queued" && run.workflow === "erasure" && !run.error_info) return "until nothing can be written behind it";
  if (run.status === "queued" && run.attempt > 0) return `next try, attempt ${run.attempt + 1}`;
  return step ? stepLabel(step) : "";
}
