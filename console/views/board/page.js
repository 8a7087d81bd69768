// Open orchestrations by the phase that they are in: what waits for a person stands out, with its gate.
import { html, useState } from "../../preact.js";
import { getRun, getStats, listRuns } from "../../api.js";
import { count, money } from "../../format.js";
import { useAsync, useEvery } from "../../live.js";
import { actionsFor, maySee } from "../../permissions.js";
import { href } from "../../router.js";
import { hasRole, user } from "../../session.js";
import { Button, Card, Empty, LinkButton, Loading, Problem, Status, Time } from "../../ui/basics.js";
import { Page } from "../../ui/page.js";
import { toast } from "../../ui/toast.js";
import { OPEN, PHASES, refusalText } from "../../words.js";
import { askNext, nextLabel, phaseOf } from "../run/actions.js";
import { runTitle } from "../run/names.js";
import { stepLabel } from "../run/waterfall.js";
import { RunList } from "../runs/row.js";

const LIMIT = 100;
const ENDED = ["succeeded", "failed", "cancelled"];

export function BoardPage() {
  const [cursors, setCursors] = useState([null]);
  const { data, error, loading, reload } = useAsync((signal) => openRuns(cursors, signal), [cursors]);
  const open = data?.runs ?? [];
  useEvery(error ? 30_000 : open.some((run) => run.status !== "waiting") ? 4_000 : 20_000, () => loading || reload());
  const create = html`<${LinkButton} kind="primary" icon="plus" href=${href("/new/orchestration")}>New orchestration</${LinkButton}>`;
  return html`<${Page} title="Board" about=${`${hasRole("admin") ? "The organisation's" : "Your"} open orchestrations, by phase`}
    actions=${create} class="board-page">
    <${Problem} error=${error} retry=${reload} />
    ${!data && !error && html`<${Loading} rows=${5} />`}
    ${data && html`<${Counted} shown=${open.length} next=${data.next} more=${() => setCursors([...cursors, data.next])} />`}
    ${data && !open.length
      && html`<${Card}>
        <${Empty} icon="layers" title="No open orchestrations">
          <p>An orchestration takes an idea through six phases. It stops at a gate before each, until a person has it executed.</p>
          </${Empty}></${Card}>`}
    ${open.length > 0
      && html`<ol class="board" tabindex="0" aria-label="Open orchestrations by phase">
        ${PHASES.map((phase) => html`<${Lane} key=${phase} phase=${phase}
          runs=${open.filter((run) => (phaseOf(run) ?? PHASES[0]) === phase)} reload=${reload} />`)}</ol>`}
    <${Ended} />
  </${Page}>`;
}

/** One request for each hundred that a person asked to see. */
async function openRuns(cursors, signal) {
  const pages = await Promise.all(
    cursors.map((cursor) => listRuns({ workflow: "orchestration", status: OPEN, limit: LIMIT, cursor }, { signal })),
  );
  return { runs: pages.flatMap((page) => page.runs), next: pages.at(-1).next_cursor };
}

/** How many there are, where one may see the counts; else whether there are more than are shown. */
function Counted({ shown, next, more }) {
  const { data } = useAsync(
    (signal) => (maySee.stats(user()) ? getStats({ from: today(), workflow: "orchestration" }, { signal }) : Promise.resolve(null)),
    [],
  );
  const all = data?.open && data.open.queued + data.open.running + data.open.waiting;
  if (!next && !all) return null;
  const found = all ? `${count(Math.max(all, shown))} open` : "The newest open ones";
  return html`<p class="quiet">${found}${next ? `, ${count(shown)} shown` : ""}
    ${next && html` <${Button} kind="small" onClick=${more}>Show ${LIMIT} more</${Button}>`}</p>`;
}

const today = () => new Date().toISOString().slice(0, 10);

function Ended() {
  const { data } = useAsync((signal) => listRuns({ workflow: "orchestration", status: ENDED, limit: 10 }, { signal }), []);
  if (!data?.runs.length) return null;
  const all = html`<a href=${href("/runs", { workflow: "orchestration", status: ENDED.join(",") })}>All that ended</a>`;
  return html`<${Card} title="Ended last" class="flush" aside=${all}><${RunList} runs=${data.runs}
    label="Ended orchestrations" /></${Card}>`;
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
      if ((await askNext((await getRun(run.id)).run)) !== undefined) toast(`${stepLabel(phaseOf(run))} is being executed.`);
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
        aria-label=${`${nextLabel(run)} of ${runTitle(run)}`}>${nextLabel(run)}</${Button}>`}
  </article>`;
}
