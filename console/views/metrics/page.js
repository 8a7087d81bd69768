// How runs are doing: what became of them, what they cost, and why some failed. From the service's own counts where one may see them.
import { html } from "../../preact.js";
import { now } from "../../clock.js";
import { getStats, listDiagnosisRuns, listRuns } from "../../api.js";
import { Bars } from "../../charts/bars.js";
import { Columns } from "../../charts/columns.js";
import { count, duration, money, percent } from "../../format.js";
import { useAsync } from "../../live.js";
import { maySee } from "../../permissions.js";
import { href, navigate } from "../../router.js";
import { hasRole, user } from "../../session.js";
import { Card, Empty, Loading, Problem } from "../../ui/basics.js";
import { Select } from "../../ui/form.js";
import { Page } from "../../ui/page.js";
import { failureTitle, reasonTitle, STATUSES, WORKFLOWS } from "../../words.js";
import { Invariants } from "./health.js";
import { codesOf, columnsOf, costs, daysOf, durations, histogram, quantile, SERIES, totalsOf, workflowsOf } from "./numbers.js";

const RANGES = [
  ["1", "Today"],
  ["2", "Today and yesterday"],
  ["7", "7 days"],
  ["30", "30 days"],
  ["90", "90 days"],
];
const SAMPLE = 100;

export function MetricsPage({ query }) {
  const days = Number(query.days) || 7;
  const workflow = query.workflow ?? "";
  const load = maySee.stats(user()) ? counted : sampled;
  const { data, error, reload } = useAsync((signal) => load(days, workflow, signal), [days, workflow]);
  const set = (name) => (value) => navigate("/metrics", { ...query, [name]: value });
  return html`<${Page} title="Metrics"
    about=${maySee.stats(user()) ? "The organisation's runs, by days of UTC" : "The runs that you may see"}>
    <div class="filters open"><div class="filters-fields">
      <${Select} label="Time" value=${String(days)} set=${set("days")} options=${RANGES} />
      <${Select} label="Workflow" value=${workflow} set=${set("workflow")}
        options=${[["", "All workflows"], ...Object.entries(WORKFLOWS).map(([key, { label }]) => [key, label])]} />
    </div></div>
    ${maySee.invariants(user()) && html`<${Invariants} />`}
    <${Problem} error=${error} retry=${reload} />
    ${!data && !error && html`<${Loading} rows=${6} />`}
    ${data && html`<${Charts} ...${data} workflow=${workflow} />`}
  </${Page}>`;
}

const dateOf = (time) => new Date(time).toISOString().slice(0, 10);

/** The service's counts: one request, and the newest runs for how long they took: another one, however many there are. */
async function counted(days, workflow, signal) {
  const to = dateOf(now());
  const from = dateOf(now() - (days - 1) * 86_400_000);
  const list = hasRole("admin") ? listRuns : listDiagnosisRuns;
  const [stats, page] = await Promise.all([
    getStats({ from, to, workflow }, { signal }),
    list({ workflow, created_after: `${from}T00:00:00Z`, limit: SAMPLE }, { signal }),
  ]);
  return { days: stats.days, open: stats.open, runs: page.runs, cut: Boolean(page.next_cursor), isSample: false };
}

/** Without the counts, the newest runs that one may see; days before the oldest of them are not drawn, because nothing is known of them. */
async function sampled(days, workflow, signal) {
  const from = dateOf(now() - (days - 1) * 86_400_000);
  const page = await listRuns({ workflow, created_after: `${from}T00:00:00Z`, limit: SAMPLE }, { signal });
  const cut = Boolean(page.next_cursor);
  const first = cut && page.runs.length ? page.runs.at(-1).created_at.slice(0, 10) : from;
  return { days: daysOf(page.runs, first, dateOf(now())), runs: page.runs, cut, isSample: true };
}

const listHref = (query) => href("/runs", query);

const sampleText = (runs) => `There are more runs; these are the newest ${count(runs.length)}, and days before them are not drawn.`;
const newestText = (runs) =>
  `Durations and costs of single runs are those of the newest ${count(runs.length)}; everything else counts all.`;

function Charts({ days, open, runs, cut, isSample, workflow }) {
  const columns = columnsOf(days).map((one) => ({
    ...one,
    hrefs: ["succeeded", "failed", "cancelled"].map((status) => listHref({ workflow, status, range: "utc", from: one.from, to: one.to })),
  }));
  const span = { workflow, range: "utc", from: days[0]?.date, to: days.at(-1)?.date };
  return html`<${Totals} days=${days} open=${open} runs=${runs} span=${span} />
    ${cut && html`<p class="quiet small">${isSample ? sampleText(runs) : newestText(runs)}</p>`}
    <div class="chart-grid">
      <${Card} title="Runs that ended" class="wide">
        <${Columns} label="Runs that ended, by day" first="Day" series=${SERIES} columns=${columns} format=${whole}
          summary=${`${some(totalsOf(days).created, "run")} created, each end on its own day`} /></${Card}>
      <${Sizes} title="Duration" label="Distribution of durations" numbers=${durations(runs)} format=${duration} verb="took" tone="accent"
        names=${["took_from", "took_to"]} span=${span} />
      <${Sizes} title="Cost of a run" label="Distribution of costs" numbers=${costs(runs)} format=${money} verb="cost" tone="accent-2"
        names=${["cost_from", "cost_to"]} span=${span} />
      <${Spent} days=${days} span=${span} />
      <${Failures} days=${days} span=${span} />
      ${open && html`<${Open} open=${open} workflow=${workflow} />`}
    </div>`;
}

const some = (number, noun) => `${count(number)} ${noun}${number === 1 ? "" : "s"}`;
const whole = (value) => (Number.isInteger(value) ? count(value) : "");
/** A class's bounds are round numbers: no zeros behind their point. */
const bound = (format) => (value) => format(value).replace(/(\.\d*?)0+(?=\D*$)/, (_, kept) => (kept === "." ? "" : kept));
const spread = (numbers, format, verb) =>
  `Half ${verb} at most ${format(quantile(numbers, 0.5))}, 95% at most ${format(quantile(numbers, 0.95))}`;

function Totals({ days, open, runs, span }) {
  const all = totalsOf(days);
  const isOpen = open && open.queued + open.running + open.waiting;
  const tiles = [
    ["Created", count(all.created), open ? `${count(isOpen)} open now` : "in this time", listHref(span)],
    ["Succeeded", percent(all.successRate), "of those that ended", listHref({ ...span, status: "succeeded" })],
    ["Failed", count(all.failed), "each on the day it failed", listHref({ ...span, status: "failed" })],
    ["Median duration", duration(quantile(durations(runs), 0.5)), "from first start to end"],
    ["Spent", money(all.cost), "on model calls"],
  ];
  return html`<dl class="totals">
    ${tiles.map(([name, value, note, address]) => html`<div key=${name}><dt>${name}</dt>
      <dd><span class="total">${address ? html`<a href=${address}>${value}</a>` : value}</span><span class="quiet small">${note}</span></dd>
    </div>`)}</dl>`;
}

function Sizes({ title, label, numbers, format, verb, tone, names, span }) {
  const columns = histogram(numbers, bound(format)).map((one) => ({
    ...one,
    hrefs: [listHref({ ...span, [names[0]]: one.low, [names[1]]: one.high })],
  }));
  return html`<${Card} title=${title}>${columns.length
    ? html`<${Columns} label=${label} first=${title} series=${[["Runs", tone]]} columns=${columns} format=${whole}
      summary=${spread(numbers, format, verb)} />`
    : html`<p class="quiet">Nothing to show yet.</p>`}</${Card}>`;
}

function Spent({ days, span }) {
  const rows = workflowsOf(days).filter((one) => one.cost_usd > 0);
  if (!rows.length) return null;
  return html`<${Card} title="Spent by workflow"><${Bars} label="Spent by workflow" tone="accent-2" rows=${rows.map((one) => ({
    label: WORKFLOWS[one.workflow]?.label ?? one.workflow,
    value: one.cost_usd,
    text: `${money(one.cost_usd)} · ${count(one.created)} created`,
    href: listHref({ ...span, workflow: one.workflow }),
  }))} /></${Card}>`;
}

function Failures({ days, span }) {
  const codes = codesOf(days);
  return html`<${Card} title="Failures by code">
    ${codes.length
      ? html`<${Bars} label="Failures by code" tone="bad"
        rows=${codes.map(([code, number]) => ({
          label: failureTitle(code),
          note: code,
          value: number,
          text: count(number),
          href: listHref({ ...span, status: "failed", code }),
        }))} />`
      : html`<p class="quiet">No run failed in this time.</p>`}
  </${Card}>`;
}

function Open({ open, workflow }) {
  const states = ["queued", "running", "waiting"].map((name) => ({
    label: STATUSES[name].label,
    value: open[name],
    text: count(open[name]),
    href: listHref({ workflow, status: name }),
  }));
  const reasons = Object.entries(open.by_reason ?? {}).map(([reason, number]) => ({
    label: reasonTitle(reason),
    note: reason,
    value: number,
    text: count(number),
  }));
  return html`<${Card} title="Open now">${states.some((one) => one.value > 0)
    ? html`<${Bars} label="Open now, by status" rows=${states} />
      ${reasons.length > 0 && html`<h3>What they wait for</h3><${Bars} label="Open now, by reason" tone="busy" rows=${reasons} />`}`
    : html`<${Empty} icon="check" title="Nothing is open"><p>Every run has ended.</p></${Empty}>`}</${Card}>`;
}
