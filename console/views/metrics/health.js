// What the service's own checks found at their last look.
import { html } from "../../preact.js";
import { invariants } from "../../api.js";
import { count } from "../../format.js";
import { useAsync, useEvery } from "../../live.js";
import { hasRole } from "../../session.js";
import { Card, Facts, Problem, Time } from "../../ui/basics.js";

export function Invariants() {
  const { data, error, reload } = useAsync(invariants, []);
  useEvery(60_000, reload);
  if (error) return html`<${Problem} error=${error} retry=${reload} />`;
  const isIll = data?.violations > 0 || data?.past_due > 0;
  const whose = hasRole("system") ? "of all organisations" : "of the organisation";
  return html`<${Card} title="Service health" aside=${html`<span class="quiet small">${whose}</span>`}
    class=${isIll ? "health bad" : "health"}>${data && !data.at ? html`<p
      class="quiet">The service has not looked at itself yet; it does so every minute.</p>` : html`<${Facts} class="strip" rows=${[
      ["Open runs", count(data?.open_runs)],
      ["Past due", count(data?.past_due)],
      ["Inconsistent", count(data?.violations)],
      ["Looked at", data?.at && html`<${Time} at=${data.at} />`],
    ]} />`}</${Card}>`;
}
