// Everything that happened to a run, oldest first, with who did it; and the failures among it.
import { html } from "../../preact.js";
import { now } from "../../clock.js";
import { between, duration, fullTime, shortTime, words } from "../../format.js";
import { personName } from "../../people.js";
import { Card, Status } from "../../ui/basics.js";
import { EVENTS, failureTitle, FAILURES } from "../../words.js";
import { stepLabel } from "./waterfall.js";

export function History({ run, events }) {
  return html`<div class="stack">
    <${Card} title="History" aside=${html`<span class="quiet small">${events.length} entries, newest first</span>`}>
      <ol class="history" reversed>
        ${events.map((event, place) => html`<${Entry} key=${event.seq} event=${event} since=${run.created_at}
          before=${events[place - 1]?.at} />`)
          .toReversed()}</ol>
    </${Card}>
    ${run.errors?.length > 0 && html`<${Card} title="Failures"><${Failures} errors=${run.errors} /></${Card}>`}
  </div>`;
}

function Entry({ event, since, before }) {
  return html`<li>
    <span class="history-seq mono">${event.seq}</span>
    <div class="history-what">
      <p>${what(event)}${event.step && html` · <strong>${stepLabel(event.step)}</strong>`}</p>
      <p class="quiet small">${personName(event.actor)}${event.attempt ? ` · attempt ${event.attempt}` : ""}
        ${event.artifacts?.length ? ` · ${event.artifacts.length} ${event.artifacts.length === 1 ? "artifact" : "artifacts"}` : ""}</p>
    </div>
    <${Status} value=${event.to} />
    <time class="history-at small" datetime=${event.at} title=${fullTime(event.at)}>
      ${event.from ? `${duration(between(before ?? since, event.at))} later` : shortTime(event.at, now())}</time>
  </li>`;
}

function what(event) {
  if (FAILURES[event.code]) return failureTitle(event.code);
  if (EVENTS[event.code]) return EVENTS[event.code];
  if (event.code) return words(event.code.toLowerCase());
  if (!event.from) return "Created";
  if (event.from === event.to) return "Step finished";
  return (
    { running: "Taken up", succeeded: "Finished", cancelled: "Cancelled", waiting: "Came to a gate", queued: "Queued" }[event.to] ??
    words(event.to)
  );
}

function Failures({ errors }) {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Failures"><table>
    <thead><tr><th scope="col">When</th><th scope="col">Attempt</th><th scope="col">Step</th><th scope="col">What</th></tr></thead>
    <tbody>${errors.map(
      (one) => html`<tr><td>${fullTime(one.at)}</td><td>${one.attempt}</td><td>${one.step ? stepLabel(one.step) : "–"}</td>
      <td>${failureTitle(one.code)} <span class="quiet small mono">${one.code}</span></td></tr>`,
    )}</tbody>
  </table></div>`;
}
