// The first look at a run: what it needs or why it ended, its result, and its steps in time.
import { html } from "../../preact.js";
import { now } from "../../clock.js";
import { fullTime } from "../../format.js";
import { actionsFor, holder } from "../../permissions.js";
import { personName } from "../../people.js";
import { href } from "../../router.js";
import { user } from "../../session.js";
import { Card, LinkButton, Notice, Time } from "../../ui/basics.js";
import { valueWays } from "../../ui/viewer.js";
import { failureAdvice, failureTitle } from "../../words.js";
import { failedChecks, phaseOf } from "./actions.js";
import { stepInSentence, stepLabel, Waterfall } from "./waterfall.js";

export function Overview({ run, events, workerEnabled }) {
  const result = run.output && (run.output.diagnosis ?? run.output);
  return html`<div class="stack">
    <${State} run=${run} events=${events} workerEnabled=${workerEnabled} />
    ${
      result &&
      html`<${Card} title="Result"
        aside=${run.artifact_id
          && html`<a href=${href(`/runs/${run.id}`, { tab: "artifacts", artifact: run.artifact_id })}>Open the artifact</a>`}>
      ${valueWays(result)[0][1]()}</${Card}>`
    }
    <${Card} title="Timeline"><${Waterfall} run=${run} events=${events} /></${Card}>
  </div>`;
}

function State({ run, events, workerEnabled }) {
  if (run.error_info) return html`<${Failure} run=${run} />`;
  if (run.status === "waiting") return html`<${Gate} run=${run} events=${events} />`;
  const person = holder(run, events);
  if (person)
    return html`<${Notice} kind="wait" title=${`${personName(person)} ${person === user().sub ? "have" : "has"} taken this run over`}>
      <p>The worker leaves it alone until it is finished by hand.</p></${Notice}>`;
  if (run.status === "queued") return html`<${Queued} run=${run} workerEnabled=${workerEnabled} />`;
  return null;
}

function Failure({ run }) {
  const failure = run.error_info;
  const isEnd = run.status === "failed";
  return html`<${Notice} kind=${isEnd ? "bad" : "wait"} title=${failureTitle(failure.code)}>
    ${!saysTheSame(failure) && html`<p>${failure.message}</p>`}
    ${failure.validation_errors?.length > 0
      && html`<ul>
        ${failure.validation_errors.map((one) => html`<li>${typeof one === "string" ? one : `${one.field ?? ""} ${one.message ?? ""}`}
        </li>`)}</ul>`}
    ${failureAdvice(failure.code) && html`<p>${failureAdvice(failure.code)}</p>`}
    <p class="quiet small">
      ${[failure.step && `In the step “${stepLabel(failure.step)}”`, failure.at
        && fullTime(failure.at), failure.code].filter(Boolean).join(" · ")}</p>
    ${failure.raw_response
      && html`<details><summary>What the model answered</summary><pre class="raw" tabindex="0">${textOf(failure.raw_response)}</pre>
        </details>`}
  </${Notice}>`;
}

const saysTheSame = ({ code, message }) => !message || message.replace(/\.$/, "") === failureTitle(code);
const textOf = (value) => (typeof value === "string" ? value : JSON.stringify(value, null, 2));

function Gate({ run }) {
  const mine = actionsFor(user(), run).next;
  const phase = stepInSentence(phaseOf(run));
  const held = failedChecks(run);
  const board = html`<${LinkButton} kind="small" href=${href(`/runs/${run.id}`, { tab: "board" })}>See the phases</${LinkButton}>`;
  return html`<${Notice} kind="wait" title=${held ? `The checks of ${phase} failed` : `At the gate before ${phase}`} actions=${board}>
    <p>${mine ? (held ? "It goes on when you have it executed again, or accept it as it is." : "It goes on when you open the gate.")
      : "Its creator or an admin has to move it on."} If nobody does so, it ends <${Time} at=${run.deadline_at} both /> at the latest.</p>
  </${Notice}>`;
}

function Queued({ run, workerEnabled }) {
  if (run.dispatch === "manual")
    return html`<${Notice} title="Nobody was told to start yet"><p>This run was created to be started by hand.</p></${Notice}>`;
  if (workerEnabled === false && run.workflow === "diagnosis")
    return html`<${Notice} kind="wait" title="The worker is switched off"><p>This run starts when it is switched on again.</p></${Notice}>`;
  if (run.available_at && Date.parse(run.available_at) > now())
    return html`<${Notice} kind="wait" title="Waits for its next try">
      <p>The try before failed in a way that may pass. It is tried again <${Time} at=${run.available_at} />.</p></${Notice}>`;
  return html`<${Notice} title="The worker was rung"><p>It takes the run up in a moment. This page follows by itself.</p></${Notice}>`;
}
