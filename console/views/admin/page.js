// What admins look after: budgets, pauses, how long things are kept, who is told, and the trail of who looked at what.
import { html } from "../../preact.js";
import { href } from "../../router.js";
import { Page, Sections } from "../../ui/page.js";
import { Audit } from "./audit.js";
import { Budgets } from "./budgets.js";
import { Organisation } from "./organisation.js";
import { Webhooks } from "./webhooks.js";

const TABS = {
  budgets: ["Budgets", Budgets],
  organisation: ["Pauses and retention", Organisation],
  webhooks: ["Webhooks", Webhooks],
  audit: ["Audit trail", Audit],
};

export function AdminPage({ query }) {
  const tab = TABS[query.tab] ? query.tab : "budgets";
  const View = TABS[tab][1];
  return html`<${Page} title="Administration" about="Of the whole organisation">
    <${Sections} label="Sections of the administration" current=${tab}
      items=${Object.entries(TABS).map(([key, [label]]) => [key, label, href("/admin", { tab: key })])} />
    <${View} query=${query} />
  </${Page}>`;
}
