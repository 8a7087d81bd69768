// How the runs that one may see are doing: what became of them, how long they took, what they cost, and why some failed.
import { html } from "../../preact.js";
import { now } from "../../clock.js";
import { getMetrics, invariants, listDiagnosisRuns, listRuns } from "../../api.js";
import { Bars } from "../../charts/bars.js";
import { Columns } from "../../charts/columns.js";
import { ChartFrame } from "../../charts/frame.js";
import { count, duration, money, percent } from "../../format.js";
import { useAsync, useEvery } from "../../live.js";
import { maySee } from "../../permissions.js";
import { navigate } from "../../router.js";
import { hasRole, user } from "../../session.js";
import { Card, Empty, Facts, Loading, Problem } from "../../ui/basics.js";
import { Select } from "../../ui/form.js";
import { Page } from "../../ui/page.js";
import { failureTitle, WORKFLOWS } from "../../words.js";
import { stepLabel } from "../run/waterfall.js";
import { byTime, costs, durations, failuresByCode, histogram, quantile, SERIES, tokensByPhase, totals } from "./numbers.js";

const RANGES = [
  ["1", "Last 24 hours"],
  ["7", "Last 7 days"],
  ["30", "Last 30 days"],
  ["90", "Last 90 days"],
];
const PAGES = 5;
const SAMPLED = 12;

export function MetricsPage({ query }) {
  const days = Number(query.days) || 7;
  const workflow = query.workflow ?? "";
  const { data, error, loading, reload } = useAsync((signal) => loadRuns(days, workflow, signal), [days, workflow]);
  useEvery(60_000, () => loading || reload());
  const set = (name) => (value) => navigate("/metrics", { ...query, [name]: value }, { replace: true });
  return html`<${Page} title="Metrics" about=${hasRole("admin") ? "The organisation's runs" : "The runs that you may see"}>
    <div class="filters open"><div class="filters-fields">
      <${Select} label="Time" value=${String(days)} set=${set("days")} options=${RANGES} />
      <${Select} label="Workflow" value=${workflow} set=${set("workflow")}
        options=${[["", "All workflows"], ...Object.entries(WORKFLOWS).map(([key, { label }]) => [key, label])]} />
    </div></div>
    ${maySee.invariants(user()) && html`<${Invariants} />`}
    <${Problem} error=${error} retry=${reload} />
    ${!data && !error && html`<${Loading} rows=${6} />`}
    ${data && (data.runs.length ? html`<${Charts} ...${data} days=${days} />`
      : html`<${Card}><${Empty} icon="chart" title="Nothing ran in this time"><p>Choose a longer one.</p></${Empty}></${Card}>`)}
  </${Page}>`;
}

/** Those whose usual list is that of patients' runs have no list by workflow and time, so what they see is cut here. */
async function loadRuns(days, workflow, signal) {
  const list = hasRole("member", "clinician", "admin") ? listRuns : listDiagnosisRuns;
  const after = new Date(now() - days * 86_400_000).toISOString();
  const runs = [];
  let cursor = null;
  for (let page = 0; page < PAGES; page += 1) {
    const answer = await list({ workflow, created_after: after, limit: 100, cursor }, { signal });
    runs.push(...answer.runs);
    cursor = answer.next_cursor;
    if (!cursor) break;
  }
  const kept = runs.filter((run) => run.created_at >= after && (!workflow || run.workflow === workflow));
  return { runs: kept, cut: Boolean(cursor), now: now() };
}

function Charts({ runs, cut, now: until, days }) {
  const long = durations(runs);
  const dear = costs(runs);
  return html`<${Totals} runs=${runs} />
    ${cut && html`<p class="quiet small">There are more runs in this time; these are the newest ${count(runs.length)}.</p>`}
    <div class="chart-grid">
      <${Card} title="Runs by status" class="wide">
        <${Columns} label="Runs by status over time" first="Created" series=${SERIES} columns=${byTime(runs, days, until)} format=${whole}
          summary=${`${count(runs.length)} runs`} /></${Card}>
      <${Card} title="Duration">
        ${long.length
          ? html`<${Columns} label="Distribution of durations" first="Duration" series=${[["Runs", "accent"]]}
            columns=${histogram(long, bound(duration))} format=${whole} summary=${spread(long, duration, "took")} />` : none}</${Card}>
      <${Card} title="Cost">
        ${dear.length
          ? html`<${Columns} label="Distribution of costs" first="Cost" series=${[["Runs", "accent-2"]]}
            columns=${histogram(dear, bound(money))} format=${whole} summary=${spread(dear, money, "cost")} />` : none}</${Card}>
      <${Tokens} runs=${runs} />
      <${Failures} runs=${runs} />
    </div>`;
}

const none = html`<p class="quiet">Nothing to show yet.</p>`;
const whole = (value) => (Number.isInteger(value) ? count(value) : "");
/** A class's bounds are round numbers: no zeros behind their point. */
const bound = (format) => (value) => format(value).replace(/(\.\d*?)0+(?=\D*$)/, (_, kept) => (kept === "." ? "" : kept));
const spread = (numbers, format, verb) =>
  `Half ${verb} at most ${format(quantile(numbers, 0.5))}, 95% at most ${format(quantile(numbers, 0.95))}`;

function Totals({ runs }) {
  const all = totals(runs);
  const tiles = [
    ["Runs", count(all.count), all.open ? `${count(all.open)} open` : "all ended"],
    ["Succeeded", percent(all.successRate), "of those that ended"],
    ["Median duration", duration(all.medianSeconds), "from first start to end"],
    ["Spent", money(all.cost), all.saved > 0 ? `${money(all.saved)} saved by reuse` : "on model calls"],
  ];
  return html`<dl class="totals">
    ${tiles.map(([name, value, note]) => html`<div key=${name}><dt>${name}</dt>
      <dd><span class="total">${value}</span><span class="quiet small">${note}</span></dd></div>`)}</dl>`;
}

function Tokens({ runs }) {
  const sampled = runs.filter((run) => run.usage?.calls > 0).slice(0, SAMPLED);
  const { data, error, reload } = useAsync(
    (signal) => Promise.all(sampled.map((run) => getMetrics(run.id, { signal }))),
    [sampled.map((run) => run.id + run.updated_at).join()],
  );
  const phases = data ? tokensByPhase(data).filter((one) => one.input + one.output > 0) : [];
  const rows = phases.map((one) => ({
    label: stepLabel(one.phase),
    value: one.input + one.output,
    text: `${count(one.input + one.output)} · ${money(one.cost)}`,
    parts: [
      { value: one.input, tone: "accent", title: `${count(one.input)} input` },
      { value: one.output, tone: "accent-2", title: `${count(one.output)} output` },
    ],
  }));
  return html`<${Card} title="Tokens by phase">
    <${Problem} error=${error} retry=${reload} />
    ${!data && !error && html`<${Loading} />`}
    ${
      data &&
      (rows.length
        ? html`<${ChartFrame} label="Tokens by phase" summary=${`The newest ${sampled.length} runs that called a model`} legend=${[
            ["Input", "accent"],
            ["Output", "accent-2"],
          ]} head=${["Phase", "Input", "Output", "Cost"]}
            rows=${phases.map((one) => [stepLabel(one.phase), count(one.input), count(one.output), money(one.cost)])}>
              <${Bars} rows=${rows} label="Tokens by phase" /></${ChartFrame}>`
        : none)
    }
  </${Card}>`;
}

function Failures({ runs }) {
  const codes = failuresByCode(runs);
  return html`<${Card} title="Failures by code">
    ${codes.length
      ? html`<${Bars} label="Failures by code" tone="bad"
        rows=${codes.map(([code, number]) => ({ label: failureTitle(code), note: code, value: number, text: count(number) }))} />`
      : html`<p class="quiet">No run failed in this time.</p>`}
  </${Card}>`;
}

function Invariants() {
  const { data, error, reload } = useAsync(invariants, []);
  useEvery(60_000, reload);
  if (error) return html`<${Problem} error=${error} retry=${reload} />`;
  const isIll = data?.violations > 0 || data?.past_due > 0;
  return html`<${Card} title="Service health" aside=${html`<span class="quiet small">of all organisations</span>`}
    class=${isIll ? "health bad" : "health"}><${Facts} class="strip" rows=${[
      ["Open runs", count(data?.open_runs)],
      ["Past due", count(data?.past_due)],
      ["Inconsistent", count(data?.violations)],
    ]} /></${Card}>`;
}
