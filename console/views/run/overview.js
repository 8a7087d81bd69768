// The first look at a run: what it needs or why it ended, its result, and its steps in time.
import { html } from "../../preact.js";
import { fullTime } from "../../format.js";
import { maySee } from "../../permissions.js";
import { href } from "../../router.js";
import { user } from "../../session.js";
import { Card, Notice, Time } from "../../ui/basics.js";
import { isDiagnosis } from "../../ui/diagnosis.js";
import { valueWays } from "../../ui/viewer.js";
import { failureAdvice, failureTitle, saysTheSame } from "../../words.js";
import { ModelCalls } from "./call.js";
import { isReceipt, Receipt } from "./receipt.js";
import { DiagnosisResult, Question } from "./result.js";
import { stepLabel, Waterfall } from "./waterfall.js";
import { Why } from "./why.js";

export function Overview({ run, events, why }) {
  const result = run.output && (run.output.diagnosis ?? run.output);
  const isCare = run.workflow === "diagnosis" && result && isDiagnosis(result);
  return html`<div class="stack">
    ${run.erased_at
      && html`<${Notice} title="What this run held was erased">
        <p>Its times, states and usage stay; nothing of the patient does. Erased <${Time} at=${run.erased_at} both />.</p></${Notice}>`}
    ${run.error_info && html`<${Failure} run=${run} />`}
    <${Why} run=${run} why=${why} />
    ${run.warnings?.length > 0
      && html`<${Notice} kind="wait" title="Be wary"><ul
        class="lines">${run.warnings.map((one) => html`<li>${one}</li>`)}</ul></${Notice}>`}
    ${isCare && html`<${DiagnosisResult} run=${run} diagnosis=${result} />`}
    ${run.workflow === "diagnosis" && !result && run.input && html`<${Card} title="Asked"><${Question} run=${run} /></${Card}>`}
    ${
      result &&
      !isCare &&
      html`<${Card} title="Result"
        aside=${run.artifact_id
          && html`<a href=${href(`/runs/${run.id}`, { tab: "artifacts", artifact: run.artifact_id })}>Open the artifact</a>`}>
      ${isReceipt(result) ? html`<${Receipt} value=${result} />` : valueWays(result)[0][1]()}</${Card}>`
    }
    <${Card} title="Timeline" class="waterfall-card"><${Waterfall} run=${run} events=${events}
      why=${why?.waiting_for?.[0]?.reason} /></${Card}>
    ${maySee.cost(user()) && html`<${ModelCalls} run=${run} />`}
  </div>`;
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

const textOf = (value) => (typeof value === "string" ? value : JSON.stringify(value, null, 2));
