// Doing one thing to many runs: to those that are ticked, one after the other, or to everything that the filters find.
import { html, useState } from "../../preact.js";
import { cancelRun, retryRun } from "../../api.js";
import { href } from "../../router.js";
import { Button, Card, LinkButton } from "../../ui/basics.js";
import { ask } from "../../ui/dialog.js";
import { refusalText } from "../../words.js";
import { Bulk } from "./bulk.js";

const ACTIONS = { retry: ["Retry", retryRun], cancel: ["Cancel", cancelRun] };
const MEANS = {
  retry: "Each gets one more attempt, which may cost money. What was finished and paid for stays.",
  cancel: "They end, whoever works on them; what they have cost stays. This cannot be undone.",
};

/** Whether the person, asked once more, wants it. */
function isMeant(name, many) {
  const label = `${ACTIONS[name][0]} ${many} ${many === 1 ? "run" : "runs"}`;
  return ask({
    title: `${label}?`,
    body: html`<p>${MEANS[name]}</p>`,
    confirm: label,
    kind: name === "cancel" ? "danger" : "primary",
    act: async () => true,
  });
}

function comparison(chosen) {
  const [a, b] = chosen;
  return href("/compare", { a, b });
}

/** What of the address does not change what the filters find: with anything else, what was counted is no longer what is asked for. */
const ELSEWHERE = { bulk: "", of: "", cursor: "", page: "" };

/** `chosen`: the ids that are ticked; `isWhole`: the list is the one of which the service does things to all. `done` is told of changes. */
export function Many({ query, isWhole, chosen, clear, done: changed }) {
  const [state, setState] = useState({ done: 0, refused: [] });
  const act = async (name) => {
    const ids = [...chosen];
    if (!(await isMeant(name, ids.length))) return;
    let [done, refused] = [0, []];
    setState({ busy: true, of: ids.length, done, refused });
    for (const id of ids) {
      try {
        await ACTIONS[name][1](id);
        done += 1;
      } catch (error) {
        refused = [...refused, `${id.slice(0, 8)}: ${refusalText(error)}`];
      }
      setState({ busy: true, of: ids.length, done, refused });
    }
    setState({ busy: false, of: ids.length, done, refused });
    clear();
    changed();
  };
  return html`<${Card} title="Many at once" class="many">
    <div class="stack"><p>${chosen.size ? `${chosen.size} ticked.` : "Tick runs in the list below."}</p>
    <div class="actions">${Object.entries(ACTIONS).map(([name, [label]]) => html`<${Button} key=${name}
      kind=${name === "cancel" ? "danger" : ""}
      disabled=${!chosen.size || state.busy} onClick=${() => act(name)}>${label} the ticked runs</${Button}>`)}
      ${chosen.size === 2 && html`<${LinkButton} icon="board" href=${comparison(chosen)}>Compare the two</${LinkButton}>`}</div>
    ${state.of && html`<p
      role="status">${state.done} of ${state.of} done${state.refused.length ? `, ${state.refused.length} refused` : ""}.</p>`}
    ${state.refused.length > 0 && html`<ul class="lines small">${state.refused.map((one) => html`<li>${one}</li>`)}</ul>`}
    <${Bulk} key=${JSON.stringify({ ...query, ...ELSEWHERE })} query=${query} isWhole=${isWhole} changed=${changed} />
  </div></${Card}>`;
}
