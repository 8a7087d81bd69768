// The call of the model on a card of its own: what it was sent and answered in tokens, what the cache gave, and what it cost.
import { html } from "../../preact.js";
import { count, duration, money } from "../../format.js";
import { Card, CopyId, Facts } from "../../ui/basics.js";
import { stepLabel } from "./waterfall.js";

export function ModelCalls({ run }) {
  const called = run.steps.filter((step) => step.usage && (step.usage.calls > 0 || step.usage.reused_calls > 0));
  if (!called.length) return null;
  return html`<${Card} title=${called.length > 1 ? "Model calls" : "Model call"} class="print-not">
    ${called.map((step) => html`<div key=${step.name} class="call">${called.length > 1 && html`<h3>${stepLabel(step.name)}</h3>`}
      <${Facts} class="strip" rows=${rowsOf(step)} /></div>`)}</${Card}>`;
}

function rowsOf({ usage, metrics, attempt, duration_seconds: seconds }) {
  const found = { ...usage, ...metrics };
  return [
    ["Model", usage.model],
    ["Cost", html`<strong>${money(usage.cost_usd)}</strong>`],
    ["Perhaps more", usage.uncertain_usd > 0 && `up to ${money(usage.uncertain_usd)}`],
    ["Calls", count(usage.calls)],
    ["Without a whole answer", usage.lost_calls > 0 && count(usage.lost_calls)],
    ["Reused", usage.reused_calls > 0 && `${count(usage.reused_calls)}, saving ${money(usage.saved_usd)}`],
    ["Attempt", attempt || null],
    ["Took", seconds !== null && seconds !== undefined && duration(seconds)],
    ["Input tokens", count(usage.input_tokens)],
    ["Output tokens", count(usage.output_tokens)],
    ["Of them thinking", usage.thinking_tokens > 0 && count(usage.thinking_tokens)],
    ["Read from cache", count(usage.cache_read_tokens)],
    ["Written to cache", count(usage.cache_write_tokens)],
    ["Stopped because", found.stop_reason],
    ["Provider's request", found.request_id && html`<${CopyId} id=${String(found.request_id)} label="request id" />`],
  ];
}
