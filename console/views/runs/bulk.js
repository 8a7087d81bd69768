// One action on everything that the filters find: counted first, then done by the service, with its progress.
import { html, useEffect, useState } from "../../preact.js";
import { cancelBulk, createBulk, getBulk } from "../../api.js";
import { now } from "../../clock.js";
import { count } from "../../format.js";
import { useAsync, useEvery } from "../../live.js";
import { navigate } from "../../router.js";
import { Button, Facts, Problem } from "../../ui/basics.js";
import { Check } from "../../ui/form.js";
import { Meter } from "../../ui/meter.js";
import { OPEN } from "../../words.js";
import { apiQuery, isSorted } from "./finding.js";

const MOST = 10_000;
const VERBS = { retry: "Retry", cancel: "Cancel" };
const isUnderWay = (bulk) => bulk && ["queued", "running"].includes(bulk.status);

const REACH = { retry: ["failed"], cancel: OPEN };
const NOTHING = { retry: "Only a failed run can be retried", cancel: "Only a run that has not ended can be cancelled" };

/** The bulk's filter for the page's, narrowed to what the action can be done to; null where the filters ask for nothing of that. */
export function filterOf(query, action, time) {
  const asked = apiQuery(query, time);
  const status = asked.status.length ? asked.status.filter((one) => REACH[action].includes(one)) : REACH[action];
  if (!status.length) return null;
  const filter = { ...asked, status, code: query.code };
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value && value.length));
}

/** What the service cannot filter by, this cannot be done to. */
export const canFilter = (query) => !query.patient && !isSorted({ ...query, code: "" });

export function Bulk({ query, isWhole, changed }) {
  const [state, setState] = useState({ refresh: false });
  const change = (more) => setState((before) => ({ ...before, ...more }));
  const ask = async (action, all) => {
    const dryRun = all === undefined;
    const filter = dryRun ? filterOf(query, action, now()) : state.filter;
    if (!filter) return change({ nothing: action, dry: null, error: null });
    change({ busy: action, error: null, nothing: null });
    const body = { action, filter, limit: MOST, dry_run: dryRun, ...(action === "retry" && state.refresh && { refresh: true }) };
    try {
      const { data } = await createBulk(body, { key: crypto.randomUUID() });
      change({ busy: null, action, filter, ...(dryRun ? { dry: data.bulk } : { dry: null, action: null }) });
      // What was counted goes along: the service finds the runs while it works, fifty at a time.
      if (!dryRun) navigate("/runs", { ...query, bulk: data.bulk.id, of: all }, { replace: true });
    } catch (error) {
      change({ busy: null, error });
    }
  };
  if (query.bulk) return html`<${Progress} key=${query.bulk} id=${query.bulk} query=${query} changed=${changed} />`;
  if (!isWhole) return html`<p class="quiet">Everything that is found at once can be done to the runs that you created: see that list.</p>`;
  if (!canFilter(query))
    return html`<p class="quiet">For everything that is found at once, take away the filters for a name, person, patient, cost and duration:
      the service does not filter by them.</p>`;
  return html`<div class="stack"><p>Or everything that the filters find, also on other pages:</p>
    <${Check} label="Retry from the first step, with the records as they are now" checked=${state.refresh}
      set=${(refresh) => change({ refresh })} />
    <div class="actions">${Object.entries(VERBS).map(([action, verb]) => html`<${Button} key=${action} busy=${state.busy === action}
      onClick=${() => ask(action)}>Count what ${verb.toLowerCase()} would reach</${Button}>`)}</div>
    <${Problem} error=${state.error} focus />
    ${state.nothing && html`<p role="status">${NOTHING[state.nothing]}, and the filters ask for none.</p>`}
    ${state.dry && html`<${Counted} dry=${state.dry} action=${state.action} go=${(all) => ask(state.action, all)}
      busy=${Boolean(state.busy)} />`}
  </div>`;
}

/** {bulk, error}: a bulk, asked for again until it is over. */
function useBulk(id, first) {
  const { data, error, loading, reload } = useAsync((signal) => getBulk(id, { signal }), [id]);
  const bulk = data?.bulk ?? first;
  useEvery(isUnderWay(bulk) && 1_000, () => loading || reload());
  return { bulk, error, reload };
}

function Counted({ dry, action, go, busy }) {
  const { bulk, error } = useBulk(dry.id, dry);
  if (isUnderWay(bulk)) return html`<p role="status">Counting… ${count(bulk.counts.matched)} so far.</p>`;
  const found = bulk.counts.matched;
  return html`<div class="stack"><${Problem} error=${error} /><p
    role="status"><strong>${count(found)}</strong> ${found === 1 ? "run is" : "runs are"} found.
      Nothing was done yet${found >= MOST ? `; at most ${count(MOST)} are done at a time, oldest first` : ""}.</p>
    ${found > 0 && html`<p><${Button} kind=${action === "cancel" ? "danger" : "primary"} busy=${busy} onClick=${() => go(found)}>
      ${VERBS[action]} ${count(found)} ${found === 1 ? "run" : "runs"}</${Button}></p>`}</div>`;
}

/**
 * {seen, all}: how many runs a bulk has come to, and of how many. While it is under way that is the number that was counted before,
 * `counted`; null where nobody counted.
 */
export function progressOf(bulk, counted) {
  const { matched, done, skipped, failed } = bulk.counts;
  const all = isUnderWay(bulk) ? (counted ? Math.max(matched, counted) : null) : matched;
  return { seen: done + skipped + failed, all };
}

function Progress({ id, query, changed }) {
  const { bulk, error, reload } = useBulk(id);
  const close = () => navigate("/runs", { ...query, bulk: "", of: "" }, { replace: true });
  const stop = () => cancelBulk(id).then(reload, reload);
  const [ended, setEnded] = useState(false);
  useEffect(() => {
    if (bulk && !isUnderWay(bulk)) setEnded(true);
  }, [bulk?.status]);
  // The list shows what was done as soon as it is: the runs may no longer be what the filters ask for.
  useEffect(() => {
    if (bulk) changed();
  }, [bulk && !isUnderWay(bulk)]);
  if (!bulk) return html`<${Problem} error=${error} retry=${reload} />`;
  const { matched, done, skipped, failed } = bulk.counts;
  const { seen, all } = progressOf(bulk, Number(query.of));
  const say = isUnderWay(bulk) ? "is being done" : bulk.status === "cancelled" ? "was stopped" : "is done";
  return html`<div class="stack"><p role="status">${VERBS[bulk.action] ?? bulk.action} of many ${say}.</p>
    ${all === null ? html`<p>${count(seen)} so far</p>`
      : html`<${Meter} share=${all ? seen / all : 1} label="Progress" text=${`${count(seen)} of ${count(all)}`} />`}
    <${Facts} class="strip" rows=${[
      [isUnderWay(bulk) ? "Found so far" : "Found", count(matched)],
      ["Done", count(done)],
      ["Skipped", count(skipped)],
      ["Failed", count(failed)],
    ]} />
    <p class="actions">${isUnderWay(bulk) ? html`<${Button} onClick=${stop}>Stop</${Button}>`
      : html`<${Button} onClick=${close}>Close</${Button}>`}${ended && skipped > 0
      && html` <span class="quiet small">What had ended already, or is not yours to change, is skipped.</span>`}</p></div>`;
}
