// Starting something new: the choice of a workflow, then its form.
import { html } from "../../preact.js";
import { mayCreate } from "../../permissions.js";
import { href } from "../../router.js";
import { user } from "../../session.js";
import { Card, Empty } from "../../ui/basics.js";
import { Icon } from "../../ui/icon.js";
import { Page } from "../../ui/page.js";
import { WORKFLOWS } from "../../words.js";
import { AnalysisForm } from "./analysis.js";
import { DiagnosisForm } from "./diagnosis.js";
import { OrchestrationForm } from "./orchestration.js";

const FORMS = { diagnosis: DiagnosisForm, orchestration: OrchestrationForm, analysis: AnalysisForm };
const crumbs = [["Runs", href("/runs")]];

export function ChoicePage() {
  const offered = Object.keys(FORMS).filter((workflow) => mayCreate[workflow](user()));
  return html`<${Page} title="New run" about="What shall be done?" crumbs=${crumbs}>
    ${offered.length === 0
      && html`<${Card}><${Empty} icon="shield" title="Your role does not start runs"><p>You can follow those that you may see.</p>
        </${Empty}></${Card}>`}
    <ul class="tiles">${offered.map(
      (workflow) => html`<li key=${workflow}><a class="tile" href=${href(`/new/${workflow}`)}>
        <span class="run-mark big"><${Icon} name=${WORKFLOWS[workflow].icon} /></span>
        <span class="tile-title">${WORKFLOWS[workflow].label}</span><span class="quiet">${WORKFLOWS[workflow].about}</span></a></li>`,
    )}</ul>
  </${Page}>`;
}

export function CreatePage({ workflow, query }) {
  const Form = FORMS[workflow];
  return html`<${Page} title=${`New ${WORKFLOWS[workflow].label.toLowerCase()}`} about=${WORKFLOWS[workflow].about}
    crumbs=${[...crumbs, ["New run", href("/new")]]}>
    <${Card} class="narrow"><${Form} query=${query} /></${Card}>
  </${Page}>`;
}
