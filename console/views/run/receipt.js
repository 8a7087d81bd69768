// The receipt of an erasure: what was removed, how much of it, and what lives on for how long.
import { html } from "../../preact.js";
import { count, fullTime, words } from "../../format.js";
import { personName } from "../../people.js";
import { Facts } from "../../ui/basics.js";
import { JsonTree } from "../../ui/json-tree.js";

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
    <section><h3>Removed</h3>${removed.every(([, number]) => typeof number === "number")
      ? html`<${Facts} class="strip" rows=${removed.map(([name, number]) => [words(name), count(number)])} />`
      : html`<${JsonTree} value=${receipt.removed} label="Removed" />`}</section>
    ${Array.isArray(receipt.lives_on)
      && html`<section><h3>What lives on</h3><ul class="lines">${receipt.lives_on.map((one) => html`<li>${one.what}
        <span class="quiet"> ${one.until ? `until ${fullTime(one.until)}` : "for ever"}</span></li>`)}</ul></section>`}</div>`;
}
