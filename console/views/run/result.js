// The result of a diagnosis run for clinicians: the question that was asked, the answer, and the facts that it rests on.
import { html, useState } from "../../preact.js";
import { getDiagnosisRun } from "../../api.js";
import { fullTime } from "../../format.js";
import { useAsync } from "../../live.js";
import { care } from "../../permissions.js";
import { href } from "../../router.js";
import { user } from "../../session.js";
import { Button, Card, Problem } from "../../ui/basics.js";
import { Diagnosis } from "../../ui/diagnosis.js";
import { factsIn, factsOf, LeftOut, PackFacts } from "../../ui/pack.js";

export function DiagnosisResult({ run, diagnosis }) {
  const mayRead = care.readRecord(user());
  const { data, error, reload } = useAsync(
    (signal) => (mayRead ? getDiagnosisRun(run.id, { signal }) : Promise.resolve(null)),
    [run.id, run.updated_at],
  );
  const pack = data?.run.context_pack;
  const [chosen, setChosen] = useState([]);
  const facts = factsOf(pack);
  const show = (place) => {
    setChosen([place]);
    goTo(`fact-${place}`);
  };
  const under = pack && ((text) => html`<${RestsOn} text=${text} facts=${facts} show=${show} />`);
  const aside = html`${run.artifact_id
    && html`<a href=${href(`/runs/${run.id}`, { tab: "artifacts", artifact: run.artifact_id })}>Open the artifact</a> `}
    <${Button} kind="small" icon="file" onClick=${() => window.print()}>Print</${Button}>`;
  return html`<${Card} title="Result" aside=${aside}>
      <${Question} run=${run} />
      <${Diagnosis} value=${diagnosis} under=${under} rows=${[
        ["Record", run.record ? `version ${run.record.version}, read ${fullTime(run.record.read_at)}` : "none was read"],
        ["Facts sent", diagnosis.metadata?.context_hash && html`<code title=${diagnosis.metadata.context_hash}>
          ${String(diagnosis.metadata.context_hash).slice(0, 12)}</code>`],
      ]} />
      ${pack && html`<${LeftOut} pack=${pack} />`}</${Card}>
    <${Problem} error=${error} retry=${reload} />
    ${pack
      && html`<${Card} title="The facts that it rests on" class="print-not">
        <p class="quiet">What the model was sent of the record: no name, address, contact or identifier. Under each finding stand the facts
          that its words name.</p>
        <${PackFacts} pack=${pack} chosen=${chosen} whole=${false} /></${Card}>`}`;
}

/** The question a run was asked, where it was asked one and the reader may see it. */
export function Question({ run }) {
  const asked = run.input?.focus ?? run.input?.question;
  if (run.input === null || run.input === undefined) return null;
  return html`<div class="asked"><h3>Question</h3>
    ${asked ? html`<p>${typeof asked === "string" ? asked : JSON.stringify(asked)}</p>` : html`<p
      class="quiet">None: a general assessment.</p>`}</div>`;
}

const MOST_NAMED = 6;

function RestsOn({ text, facts, show }) {
  const places = factsIn(text, facts);
  if (!places.length) return html`<span class="quiet small rests-on">no fact of the record is named</span>`;
  return html`<span class="rests-on">${places.slice(0, MOST_NAMED).map((place) => html`<button type="button" key=${place}
    aria-label=${`Show the fact: ${facts[place].name}`} onClick=${() => show(place)}>${facts[place].name}</button>`)}</span>`;
}

function goTo(id) {
  const place = document.getElementById(id);
  const box = place?.closest("details");
  if (box) box.open = true;
  place?.scrollIntoView({ block: "center" });
  place?.focus({ preventScroll: true });
}
