// Every run that one may see, newest first, kept current.
import { html, useEffect, useMemo } from "../../preact.js";
import { now } from "../../clock.js";
import { listDiagnosisRuns, listRuns } from "../../api.js";
import { useAsync, useEvery } from "../../live.js";
import { mayCreateAny } from "../../permissions.js";
import { href } from "../../router.js";
import { hasRole, user } from "../../session.js";
import { Card, Empty, LinkButton, Loading, Problem } from "../../ui/basics.js";
import { Page, Pager, Sections, useTrail } from "../../ui/page.js";
import { isOpen } from "../../words.js";
import { runByTime, runTitle } from "../run/names.js";
import { apiQuery, Filters } from "./filters.js";
import { RunList } from "./row.js";

const PAGE = 25;
const SCOPES = {
  own: { label: "Created by you", list: listRuns },
  all: { label: "The whole organisation", list: listRuns },
  patients: { label: "Of your patients", list: listDiagnosisRuns, filters: ["status"] },
  diagnoses: { label: "The organisation's diagnosis runs", list: listDiagnosisRuns, filters: ["status"] },
  mine: { label: "About you", list: listDiagnosisRuns, filters: ["status"] },
};

/** The lists that a role has, its usual one first. */
function scopes() {
  if (hasRole("admin")) return ["all"];
  if (hasRole("clinician")) return ["own", "patients"];
  if (hasRole("system")) return ["diagnoses"];
  return hasRole("member") ? ["own"] : ["mine"];
}

export function RunsPage({ query }) {
  const available = scopes();
  const scope = available.includes(query.scope) ? query.scope : available[0];
  const { label, filters } = SCOPES[scope];
  const create = mayCreateAny(user()) && html`<${LinkButton} kind="primary" icon="plus" href=${href("/new")}>New run</${LinkButton}>`;
  return html`<${Page} title="Runs" about=${label} actions=${create}>
    ${available.length > 1
      && html`<${Sections} label="Which runs"
        items=${available.map((one) => [one, SCOPES[one].label, href("/runs", { ...query, scope: one })])} current=${scope} />`}
    <${Filters} query=${query} only=${filters} />
    <${List} key=${JSON.stringify([scope, query])} scope=${scope} query=${query} />
  </${Page}>`;
}

function List({ scope, query }) {
  const [trail, go] = useTrail();
  const wanted = useMemo(() => apiQuery(query, now()), []);
  const load = (signal) => SCOPES[scope].list({ ...wanted, limit: PAGE, cursor: trail.at(-1) }, { signal });
  const { data, error, loading, reload } = useAsync(load, [trail]);
  const runs = data?.runs ?? [];
  useEvery(error ? 30_000 : runs.some(isOpen) ? 4_000 : 20_000, () => loading || reload());
  useEffect(() => {
    if (trail.length) window.scrollTo(0, 0);
  }, [trail]);
  if (!data) return error ? html`<${Problem} error=${error} retry=${reload} />` : html`<${Loading} rows=${6} label="Loading runs" />`;
  const filtered = Object.values(wanted).some(Boolean);
  return html`<${Problem} error=${error} retry=${reload} />
    ${runs.length ? html`<${RunList} runs=${runs} name=${scope === "mine" ? runByTime : runTitle} />`
      : html`<${Card}><${Nothing} filtered=${filtered} more=${data.next_cursor} /></${Card}>`}
    <${Pager} trail=${trail} next=${data.next_cursor} go=${go} shown=${runs.length} />`;
}

function Nothing({ filtered, more }) {
  if (more) return html`<${Empty} icon="filter" title="None on this page"><p>There are older ones to look through.</p></${Empty}>`;
  if (filtered) return html`<${Empty} icon="filter" title="No run matches"><p>Try fewer filters.</p></${Empty}>`;
  const may = mayCreateAny(user());
  return html`<${Empty} icon="layers" title="No runs yet">
    <p>A run is one piece of work done with the model: a diagnosis of a patient's record, an idea taken through six phases,
      or an analysis of a project.
      Its steps, cost and results appear here while it works.</p>
    ${may && html`<p><${LinkButton} kind="primary" icon="plus" href=${href("/new")}>Start the first one</${LinkButton}></p>`}
  </${Empty}>`;
}
