// The receipt of an erasure: what was removed, how much of it, and what lives on for how long.
import { html } from "../../preact.js";
import { count, fullTime, words } from "../../format.js";
import { personName } from "../../people.js";
import { Facts } from "../../ui/basics.js";

export const isReceipt = (value) => Boolean(value?.receipt?.erased_at);

export function Receipt({ value }) {
  const { receipt } = value;
  const removed = Object.entries(receipt.removed ?? {});
  return html`<div class="stack"><${Facts} class="strip" rows=${[
      ["Patient", html`<code>${receipt.patient_id}</code>`],
      ["Asked by", personName(receipt.asked_by)],
      ["Asked", fullTime(receipt.asked_at)],
      ["Erased", fullTime(receipt.erased_at)],
    ]} />
    <section><h3>Removed</h3><${Removed} rows=${removed} /></section>
    ${Array.isArray(receipt.lives_on)
      && html`<section><h3>What lives on</h3><ul class="lines">${receipt.lives_on.map((one) => html`<li>${one.what}
        <span class="quiet"> ${one.until ? `until ${fullTime(one.until)}` : "for ever"}</span></li>`)}</ul></section>`}</div>`;
}

/** How many of each kind, and the digest over them, by which they can be recognised without being named. */
function Removed({ rows }) {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="What was removed"><table class="numbers">
    <thead><tr><th scope="col">What</th><th scope="col">How many</th><th scope="col">SHA-256</th></tr></thead>
    <tbody>${rows.map(([name, one]) => html`<tr key=${name}><th scope="row">${words(name)}</th><td>${count(one?.count ?? one)}</td>
      <td>${one?.count > 0 && one.sha256 ? html`<code class="digest">${one.sha256}</code>` : "–"}</td></tr>`)}</tbody></table></div>`;
}
