// What a run has spent: tokens, calls, money and time, by step, with what answers kept in the ledger have saved.
import { html } from "../../preact.js";
import { getMetrics } from "../../api.js";
import { count, duration, money, percent } from "../../format.js";
import { useAsync } from "../../live.js";
import { Card, Facts, Loading, Problem } from "../../ui/basics.js";
import { stepLabel } from "./waterfall.js";

export function Usage({ run }) {
  const { data, error, loading, reload } = useAsync((signal) => getMetrics(run.id, { signal }), [run.id, run.updated_at]);
  return html`<div class="stack">
    <${Card} title="Usage"><${Totals} usage=${run.usage} /></${Card}>
    <${Problem} error=${error} retry=${reload} />
    ${!data && loading && html`<${Loading} />`}
    ${data && html`<${Metrics} metrics=${data.metrics ?? data} />`}
  </div>`;
}

function Totals({ usage }) {
  return html`<${Facts} class="strip" rows=${[
    ["Cost", html`<strong>${money(usage.cost_usd)}</strong>`],
    ["Model", usage.model ?? "none called"],
    ["Calls", count(usage.calls)],
    ["Answers reused", usage.reused_calls > 0 && `${count(usage.reused_calls)}, saving ${money(usage.saved_usd)}`],
    ["Input tokens", count(usage.input_tokens)],
    ["Output tokens", count(usage.output_tokens)],
    ["Cache read", usage.cache_read_tokens > 0 && count(usage.cache_read_tokens)],
    ["Cache written", usage.cache_write_tokens > 0 && count(usage.cache_write_tokens)],
  ]} />`;
}

const sum = (phases) => phases.reduce((total, one) => total + (one.duration_seconds ?? 0), 0);

function Metrics({ metrics }) {
  const { projection } = metrics;
  return html`<${Card} title="By step">
      <div class="scroll" tabindex="0" role="region" aria-label="Usage by step"><table class="numbers">
        <thead><tr><th scope="col">Step</th><th scope="col">Worked</th><th scope="col">Input tokens</th><th scope="col">Output tokens</th>
          <th scope="col">Cost</th><th scope="col">Artifacts</th></tr></thead>
        <tbody>${metrics.phases_metrics.map(
          (one) => html`<tr><th scope="row">${stepLabel(one.phase)}</th><td>${duration(one.duration_seconds)}</td>
          <td>${count(one.token_usage?.input)}</td><td>${count(one.token_usage?.output)}</td><td>${money(one.cost_usd)}</td>
          <td>${one.artifacts_generated}</td></tr>`,
        )}</tbody>
        <tfoot><tr><th scope="row">All</th><td>${duration(sum(metrics.phases_metrics))}</td>
          <td>${count(metrics.total_token_usage?.input)}</td>
          <td>${count(metrics.total_token_usage?.output)}</td><td>${money(metrics.total_cost_usd)}</td><td>${metrics.artifacts_total}</td>
          </tr></tfoot>
      </table></div>
    </${Card}>
    <${Card} title="Quality and outlook"><${Facts} class="strip" rows=${[
      ["From first start to end", metrics.total_duration_seconds > 0 && duration(metrics.total_duration_seconds)],
      ["Governance", typeof metrics.governance_score === "number" && percent(metrics.governance_score)],
      ["Hygiene", typeof metrics.hygiene_score === "number" && percent(metrics.hygiene_score)],
      ["Errors", metrics.errors_count],
      [
        "Still to come",
        projection && (projection.cost_usd || projection.seconds)
          ? `about ${money(projection.cost_usd)} and ${duration(projection.seconds)}`
          : "nothing",
      ],
    ]} /></${Card}>`;
}
