// How many runs are open, counted by the service and not by what a page shows; each number leads to its runs.
import { html } from "../../preact.js";
import { getStats } from "../../api.js";
import { count } from "../../format.js";
import { useAsync, useEvery } from "../../live.js";
import { href } from "../../router.js";
import { reasonTitle, STATUSES } from "../../words.js";

export function Totals({ query }) {
  const { data, reload } = useAsync((signal) => getStats({ from: today(), workflow: query.workflow }, { signal }), [query.workflow]);
  useEvery(60_000, reload);
  const open = data?.open;
  if (!open) return html`<p class="totals-line quiet small">Counting…</p>`;
  const day = data.days.at(-1);
  const to = (status) => href("/runs", { workflow: query.workflow, status });
  const reasons = Object.entries(open.by_reason ?? {}).filter(([, number]) => number > 0);
  return html`<p class="totals-line small" aria-label="Counts">
    <a href=${to("queued,running,waiting")}><strong>${count(open.queued + open.running + open.waiting)}</strong> open</a>
    ${["queued", "running", "waiting"].map((name) => html`<a key=${name} href=${to(name)}>
      <strong>${count(open[name])}</strong> ${STATUSES[name].label.toLowerCase()}</a>`)}
    ${reasons.map(([reason, number]) => html`<span key=${reason}
      class="quiet">${reasonTitle(reason)}: ${count(number)}</span>`)}
    ${day && html`<span class="quiet">Today (UTC): ${count(day.created)} created, ${count(day.failed)} failed</span>`}
  </p>`;
}

const today = () => new Date().toISOString().slice(0, 10);
