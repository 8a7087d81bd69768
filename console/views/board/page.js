// All orchestrations by the phase that they are in: what waits for a person stands out, with its gate.
import { html } from "../../preact.js";
import { getRun, listRuns } from "../../api.js";
import { money } from "../../format.js";
import { useAsync, useEvery } from "../../live.js";
import { actionsFor } from "../../permissions.js";
import { href } from "../../router.js";
import { hasRole, user } from "../../session.js";
import { Button, Card, Empty, LinkButton, Loading, Problem, Status, Time } from "../../ui/basics.js";
import { Page } from "../../ui/page.js";
import { toast } from "../../ui/toast.js";
import { isOpen, PHASES, refusalText } from "../../words.js";
import { askNext, phaseOf } from "../run/actions.js";
import { runTitle } from "../run/names.js";
import { stepLabel } from "../run/waterfall.js";
import { RunList } from "../runs/row.js";

export function BoardPage() {
  const { data, error, loading, reload } = useAsync((signal) => listRuns({ workflow: "orchestration", limit: 100 }, { signal }), []);
  const runs = data?.runs ?? [];
  const open = runs.filter(isOpen);
  const ended = runs.filter((run) => !isOpen(run));
  useEvery(error ? 30_000 : open.some((run) => run.status !== "waiting") ? 4_000 : 20_000, () => loading || reload());
  const create = html`<${LinkButton} kind="primary" icon="plus" href=${href("/new/orchestration")}>New orchestration</${LinkButton}>`;
  return html`<${Page} title="Board" about=${`${hasRole("admin") ? "The organisation's" : "Your"} orchestrations, by phase`}
    actions=${create} class="board-page">
    <${Problem} error=${error} retry=${reload} />
    ${!data && !error && html`<${Loading} rows=${5} />`}
    ${data && !runs.length
      && html`<${Card}>
        <${Empty} icon="layers" title="No orchestrations yet">
          <p>An orchestration takes an idea through six phases. It stops at a gate before each, until a person opens it.</p>
          </${Empty}></${Card}>`}
    ${open.length > 0
      && html`<ol class="board" tabindex="0" aria-label="Open orchestrations by phase">
        ${PHASES.map((phase) => html`<${Lane} key=${phase} phase=${phase}
          runs=${open.filter((run) => (phaseOf(run) ?? PHASES[0]) === phase)} reload=${reload} />`)}</ol>`}
    ${data && runs.length > 0 && !open.length && html`<p class="quiet">None is open.</p>`}
    ${ended.length > 0 && html`<${Card} title="Ended" class="flush"><${RunList} runs=${ended} label="Ended orchestrations" /></${Card}>`}
  </${Page}>`;
}

function Lane({ phase, runs, reload }) {
  return html`<li class="lane"><h2>${stepLabel(phase)} <span class="lane-count">${runs.length}</span></h2>
    ${runs.length ? html`<ul>${runs.map((run) => html`<li key=${run.id}><${Ticket} run=${run} reload=${reload} /></li>`)}</ul>`
      : html`<p class="lane-empty">–</p>`}</li>`;
}

function Ticket({ run, reload }) {
  const open = async () => {
    try {
      // A row does not say whether checks hold the phase back; the whole run does.
      if ((await askNext((await getRun(run.id)).run)) !== undefined) toast("The gate is open.");
    } catch (error) {
      toast(refusalText(error), "info");
    }
    reload();
  };
  return html`<article class="ticket ticket-${run.status}">
    <a class="ticket-name" href=${href(`/runs/${run.id}`, { tab: "board" })}>${runTitle(run)}</a>
    <${Status} value=${run.status} />
    <p class="quiet small"><${Time} at=${run.updated_at} /> · ${money(run.usage?.cost_usd)}</p>
    ${actionsFor(user(), run).next
      && html`<${Button} kind="small" icon="play" onClick=${open}
        aria-label=${`Open the gate of ${runTitle(run)}`}>Open the gate</${Button}>`}
  </article>`;
}
