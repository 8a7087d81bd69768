// The buttons that change a run. Each appears only when state and role allow it, and says before it acts what will come of it.
import { html } from "../../preact.js";
import * as api from "../../api.js";
import { now } from "../../clock.js";
import { money, words } from "../../format.js";
import { actionsFor } from "../../permissions.js";
import { href } from "../../router.js";
import { user } from "../../session.js";
import { Button, LinkButton } from "../../ui/basics.js";
import { failureAdvice, mayEndOtherwise, PHASES } from "../../words.js";
import { ask } from "../../ui/dialog.js";
import { toast } from "../../ui/toast.js";
import { CopyMenu } from "./copy.js";
import { stepInSentence, stepLabel } from "./waterfall.js";

export function Actions({ run, events, workerEnabled, refresh, open }) {
  const may = actionsFor(user(), run, { events, workerEnabled });
  // Also where it was refused: then the run is not what this page took it for.
  const after = (text) => (answer) => {
    if (answer !== undefined) toast(text);
    refresh();
  };
  return html`<div class="actions">
    ${may.next
      && html`<${Button} kind="primary" icon="play"
        onClick=${() => askNext(run).then(after(`${stepLabel(phaseOf(run))} is being executed.`))}>${nextLabel(run)}
        </${Button}>`}
    ${(may.execute || may.process)
      && html`<${Button} kind="primary" icon="play"
        onClick=${() => askExecute(run, may.process).then(after("The worker was rung."))}>Execute</${Button}>`}
    ${may.finish && html`<${Button} kind="primary" icon="check" onClick=${() => open("finish")}>Finish by hand</${Button}>`}
    ${may.retry
      && html`<${Button} kind=${mayEndOtherwise(run) ? "primary" : ""} icon="refresh"
        onClick=${() => askRetry(run).then(after("One more attempt was granted."))}>Retry</${Button}>`}
    ${may.attach && html`<${Button} icon="plus" onClick=${() => open("attach")}>Attach</${Button}>`}
    ${may.take && html`<${Button} icon="hand" onClick=${() => askTake(run).then(after("The run is in your hands."))}>Take over</${Button}>`}
    ${may.clone && html`<${LinkButton} icon="repeat" href=${href(`/runs/${run.id}/clone`)}>Clone</${LinkButton}>`}
    ${run.workflow !== "erasure"
      && html`<${LinkButton} icon="board" href=${href("/compare", run.metadata?.cloned_from ? { a: run.metadata.cloned_from, b: run.id }
        : { a: run.id })}>${run.metadata?.cloned_from ? "Compare with the original" : "Compare"}</${LinkButton}>`}
    <${CopyMenu} run=${run} />
    ${may.cancel && html`<${Button} kind="danger" icon="cross" onClick=${() => askCancel(run).then(refresh)}>Cancel run</${Button}>`}
  </div>`;
}

export const phaseOf = (run) => run.current_phase ?? run.current_step;
export const failedChecks = (run) =>
  run.steps?.find((step) => step.name === phaseOf(run))?.error?.code === "CHECKS_FAILED" || run.error_info?.code === "CHECKS_FAILED";

export function nextLabel(run) {
  return failedChecks(run) ? `Decide on ${stepInSentence(phaseOf(run))}` : `Execute ${stepInSentence(phaseOf(run))}`;
}

export function askNext(run) {
  const phase = stepLabel(phaseOf(run));
  const held = failedChecks(run);
  return ask({
    title: held ? `${phase}: what now?` : `Execute ${stepInSentence(phaseOf(run))}?`,
    body: held
      ? heldText
      : html`<p>The worker executes this phase with the model, which costs money, and the run ${phaseOf(run) === PHASES.at(-1)
        ? "is then finished" : "then waits at the next gate"}.</p>`,
    confirm: held ? "Go on" : `Execute ${stepInSentence(phaseOf(run))}`,
    options: held ? heldOptions(stepInSentence(phaseOf(run))) : openOptions(stepInSentence(phaseOf(run))),
    act: (skipped) => api.nextPhase(run.id, { skip_validation: skipped }),
  });
}

const heldText = html`<p>The checks of this phase found something that blocks. See the findings and the files before you decide.</p>`;

const heldOptions = (phase) => [
  { value: false, label: `Execute ${phase} again`, hint: "The model is told what was found. It costs money." },
  {
    value: true,
    label: "Accept it as it is",
    hint: "Costs nothing, and goes on. The findings stay on record, and so does that you skipped them.",
  },
];

const openOptions = (phase) => [
  { value: false, label: `Execute ${phase}`, hint: "Its files are checked; blocking findings stop the run at this gate." },
  {
    value: true,
    label: "Execute it, and don't let its checks stop the run",
    hint: "The findings stay on record, and so does that you skipped them.",
  },
];

function askExecute(run, process) {
  return ask({
    title: "Execute this run?",
    body: html`<p>The worker starts at once${run.available_at && Date.parse(run.available_at) > now()
      ? ", without waiting for its next try" : ""}.
      It sends the coded facts of the patient's record, without name or address, to the model. That costs money.</p>`,
    confirm: "Execute",
    act: () => (process ? api.processRun(run.id) : api.executeRun(run.id)),
  });
}

function askRetry(run) {
  const step = run.error_info?.step;
  return ask({
    title: "Retry this run?",
    body: html`<p>It gets exactly one more attempt${step ? html`, from <strong>${stepLabel(step)}</strong>`
      : ""}. What was finished and paid for stays.</p>
      ${!mayEndOtherwise(run)
        && html`<p>${`It will most likely fail again, because nothing about it has changed. ${failureAdvice(run.error_info.code)}`}</p>`}`,
    confirm: "Retry",
    act: () => api.retryRun(run.id),
  });
}

function askTake(run) {
  return ask({
    title: "Take this run over?",
    body: html`<p>The worker leaves it alone, and you finish it by hand, with a result or an error, before your time for it ends.
      It counts as one attempt.</p>`,
    confirm: "Take over",
    act: () => api.updateStudioRun(run.id, { status: "running" }),
  });
}

async function askCancel(run) {
  const answer = await ask({
    title: "Cancel this run?",
    body: html`<p>It ends now, for good: a cancelled run cannot be resumed or retried. What it has spent, ${money(run.usage?.cost_usd
      ?? 0)} so far, stays spent.</p>`,
    confirm: "Cancel the run",
    kind: "danger",
    act: () => api.cancelRun(run.id),
  });
  const receipt = answer?.data?.receipt;
  if (receipt) toast(`Cancelled while ${words(receipt.was).toLowerCase()}, after ${money(receipt.usage?.cost_usd ?? 0)}.`);
}
