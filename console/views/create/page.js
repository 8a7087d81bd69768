// Starting something new: the choice of a workflow, then its form.
import { html } from "../../preact.js";
import { mayCreate } from "../../permissions.js";
import { href } from "../../router.js";
import { user } from "../../session.js";
import { Card, Empty, LinkButton } from "../../ui/basics.js";
import { Icon } from "../../ui/icon.js";
import { Page } from "../../ui/page.js";
import { WORKFLOWS } from "../../words.js";
import { AnalysisForm } from "./analysis.js";
import { DiagnosisForm } from "./diagnosis.js";
import { OrchestrationForm } from "./orchestration.js";

const FORMS = { diagnosis: DiagnosisForm, orchestration: OrchestrationForm, analysis: AnalysisForm };
const crumbs = [["Runs", href("/runs")]];

const Refused = ({ title }) => html`<${Card}><${Empty} icon="shield" title=${title}><p>You can follow those that you may see.</p>
  <p><${LinkButton} href=${href("/runs")}>Go to the runs</${LinkButton}></p></${Empty}></${Card}>`;

export function ChoicePage() {
  const offered = Object.keys(FORMS).filter((workflow) => mayCreate[workflow](user()));
  return html`<${Page} title="New run" about="What shall be done?" crumbs=${crumbs}>
    ${offered.length === 0 && html`<${Refused} title="Your role does not start runs" />`}
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
    ${mayCreate[workflow](user()) ? html`<${Card} class="narrow"><${Form} query=${query} /></${Card}>`
      : html`<${Refused} title="Your role does not start such runs" />`}
  </${Page}>`;
}
