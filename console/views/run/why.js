// What a run waits for, or does, in words: the service's own reason, since when, until when, and what a person can do about it.
import { html } from "../../preact.js";
import { duration, money } from "../../format.js";
import { useNow } from "../../live.js";
import { actionsFor, maySee } from "../../permissions.js";
import { personName } from "../../people.js";
import { href } from "../../router.js";
import { hasRole, user } from "../../session.js";
import { LinkButton, Notice, Time } from "../../ui/basics.js";
import { QUIET, reasonAdvice, reasonTitle } from "../../words.js";
import { failedChecks, phaseOf } from "./actions.js";
import { stepInSentence } from "./waterfall.js";

const STILL_SECONDS = 60;
const PERSONS = ["gate", "person", "manual", "paused", "budget", "worker_disabled", "provider_spend_limit"];

/** `why`: the answer of GET /runs/{id}/why. */
export function Why({ run, why }) {
  const waiting = why?.waiting_for?.[0];
  if (!waiting || waiting.reason === "ended") return null;
  if (waiting.reason === "gate") return html`<${Gate} run=${run} why=${why} />`;
  if (waiting.reason === "model_call" || waiting.reason === "step") return html`<${Work} waiting=${waiting} />`;
  const kind = waiting.reason === "lost_worker" ? "bad" : PERSONS.includes(waiting.reason) ? "wait" : "info";
  const isQuiet = run.workflow === "erasure" && waiting.reason === "backoff" && !run.error_info;
  return html`<${Notice} kind=${kind} title=${isQuiet ? QUIET[0] : titleOf(waiting)}>
    <p>${isQuiet ? QUIET[1] : adviceOf(waiting)} <${Times} waiting=${waiting} why=${why} /></p>
    ${waiting.reason === "budget" && hasRole("admin") && html`<p><a href=${href("/admin")}>See the budgets</a></p>`}
  </${Notice}>`;
}

function titleOf({ reason, detail }) {
  if (reason !== "person") return reasonTitle(reason);
  const mine = detail?.person === user().sub;
  return `${mine ? "You have" : `${personName(detail?.person)} has`} taken this run over`;
}

function adviceOf({ reason, detail = {} }) {
  if (reason === "paused" && detail.why) return `${reasonAdvice(reason)} ${personName(detail.who)} wrote: “${detail.why}”${/[.!?…]$/.test(detail.why) ? "" : "."}`;
  if (reason === "budget" && !maySee.cost(user())) return "It goes on by itself when there is room for it.";
  if (reason === "budget" && detail.missing_usd > 0) return `${reasonAdvice(reason)} ${money(detail.missing_usd)} is missing.`;
  return reasonAdvice(reason);
}

/** What happens at the end of a wait, where it is something else than that the run goes on. */
const UNTIL = { lost_worker: "Taken over", person: "To be finished" };

/** Since when, until when, when it is looked at again. */
function Times({ waiting, why }) {
  const until = waiting.until ?? waiting.detail?.taken_over_by;
  return html`<span class="quiet">${waiting.since && html`Since <${Time} at=${waiting.since} />. `}
    ${until ? html`${UNTIL[waiting.reason] ?? "Goes on"} <${Time} at=${until} both />. `
      : why.looked_at_again_at && waiting.reason !== "manual" && html`Looked at again <${Time} at=${why.looked_at_again_at} />. `}</span>`;
}

/** A step or a call that takes long says when it was last heard of, so that a dead worker does not look alive. */
function Work({ waiting }) {
  const now = useNow(1_000);
  const sign = waiting.detail?.last_sign_of_life_at ?? waiting.since;
  const still = sign ? Math.max(0, now - Date.parse(sign)) / 1000 : 0;
  const step = waiting.detail?.step ? ` (${stepInSentence(waiting.detail.step)})` : "";
  const isLong = still > STILL_SECONDS;
  return html`<${Notice} kind=${isLong ? "wait" : "info"} title=${`${reasonTitle(waiting.reason)}${step}`}>
    <p>Last sign of life ${duration(Math.round(still))} ago.
      ${waiting.until && html` If the worker has died, another one takes the run up <${Time}
        at=${waiting.until} both />.`}</p></${Notice}>`;
}

function Gate({ run, why }) {
  const mine = actionsFor(user(), run).next;
  const phase = stepInSentence(phaseOf(run));
  const held = failedChecks(run);
  const board = html`<${LinkButton} kind="small" href=${href(`/runs/${run.id}`, { tab: "board" })}>See the phases</${LinkButton}>`;
  const text = held ? "It goes on when you execute the phase again, or accept it as it is." : `It goes on when you execute ${phase}.`;
  return html`<${Notice} kind="wait" title=${held ? `The checks of ${phase} failed` : `At the gate before ${phase}`} actions=${board}>
    <p>${mine ? text : "Its creator or an admin has to move it on."} If nobody does so, it ends <${Time} at=${why.ends_by} both /> at the
      latest.</p></${Notice}>`;
}
