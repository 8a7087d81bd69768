// Every run that one may see, newest first, kept current.
import { html, useEffect, useMemo, useState } from "../../preact.js";
import { now } from "../../clock.js";
import { getRun, listDiagnosisRuns, listPatientRuns, listRuns } from "../../api.js";
import { fullTime } from "../../format.js";
import { useAsync, useEvery } from "../../live.js";
import { care, maySee, mayCreateAny } from "../../permissions.js";
import { href, isComingBack, navigate } from "../../router.js";
import { hasRole, user } from "../../session.js";
import { Button, Card, Empty, LinkButton, Loading, Problem } from "../../ui/basics.js";
import { AddressPager, Page, Sections } from "../../ui/page.js";
import { isOpen } from "../../words.js";
import { runByTime, runTitle } from "../run/names.js";
import { Filters } from "./filters.js";
import { apiQuery, fits, isSorted, NAMES, SORTED, wholeId } from "./finding.js";
import { loadPage } from "./load.js";
import { Many } from "./many.js";
import { RunList } from "./row.js";
import { Totals } from "./totals.js";

const BY_PATIENTS = ["status", ...SORTED];
const SCOPES = {
  own: { label: "Created by you", list: listRuns },
  all: { label: "The whole organisation", list: listRuns },
  patients: { label: "Of your patients", list: listDiagnosisRuns, filters: BY_PATIENTS },
  diagnoses: { label: "The organisation's diagnosis runs", list: listDiagnosisRuns, filters: BY_PATIENTS },
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
  const [chosen, setChosen] = useState(query.bulk ? new Set() : null);
  const create = mayCreateAny(user()) && html`<${LinkButton} kind="primary" icon="plus" href=${href("/new")}>New run</${LinkButton}>`;
  const many =
    mayCreateAny(user()) &&
    html`<${Button} icon="check" aria-pressed=${chosen ? "true" : "false"}
      onClick=${() => setChosen(chosen ? null : new Set())}>Many at once</${Button}>`;
  return html`<${Page} title="Runs" about=${label} actions=${html`${many}${create}`}>
    ${available.length > 1
      && html`<${Sections} label="Which runs"
        items=${available.map((one) => [one, SCOPES[one].label, href("/runs", { ...query, scope: one, cursor: "", page: "" })])}
        current=${scope} />`}
    ${maySee.stats(user()) && html`<${Totals} query=${query} />`}
    <${Filters} query=${query} only=${filters ?? NAMES.filter((name) => name !== "patient" || maySee.patients(user()))} />
    ${chosen && html`<${Many} query=${query} chosen=${chosen} clear=${() => setChosen(new Set())} />`}
    <${List} key=${JSON.stringify([scope, { ...query, bulk: "" }])} scope=${scope} query=${query} chosen=${chosen} choose=${setChosen} />
  </${Page}>`;
}

/** One patient's runs have a list of their own for those who care for patients. */
function lister(scope, query, signal) {
  const byPatient = query.patient && care.runDiagnosis(user());
  if (byPatient) return ({ status, limit, cursor }) => listPatientRuns(query.patient, { status, limit, cursor }, { signal });
  return (wanted) => SCOPES[scope].list(wanted, { signal });
}

async function load(scope, query, wanted, signal) {
  const id = wholeId(query);
  if (id) {
    const found = await getRun(id, { signal }).catch((error) => ([403, 404].includes(error.status) ? null : Promise.reject(error)));
    return { runs: found ? [found.run] : [], next: null, looked: 1, back: null };
  }
  const sorted = isSorted(query) || Boolean(query.patient);
  return loadPage({
    list: lister(scope, query, signal),
    wanted,
    cursor: query.cursor,
    sorted,
    fits: (run) => fits(run, query, wanted, runTitle),
  });
}

function List({ scope, query, chosen, choose }) {
  const wanted = useMemo(() => apiQuery(query, now()), []);
  const { data, error, loading, reload } = useAsync((signal) => load(scope, query, wanted, signal), []);
  const runs = data?.runs ?? [];
  const isFar = data?.looked > 100;
  useEvery(error || isFar ? 30_000 : runs.some(isOpen) ? 4_000 : 20_000, () => loading || reload());
  useEffect(() => {
    if (query.cursor && !isComingBack()) window.scrollTo(0, 0);
  }, []);
  if (!data) return error ? html`<${Problem} error=${error} retry=${reload} />` : html`<${Loading} rows=${6} label="Loading runs" />`;
  const filtered = NAMES.some((name) => query[name]);
  return html`<${Problem} error=${error} retry=${reload} />
    ${runs.length ? html`<${RunList} runs=${runs} name=${scope === "mine" ? runByTime : runTitle} chosen=${chosen} choose=${choose} />`
      : html`<${Card}><${Nothing} filtered=${filtered} data=${data}
        further=${() => navigate("/runs", { ...query, cursor: data.next, page: (Number(query.page) || 1) + 1 })} /></${Card}>`}
    ${runs.length > 0 && isFar && html`<p class="quiet small">${data.looked} runs looked through, back to ${fullTime(data.back)}.</p>`}
    <${AddressPager} at="/runs" query=${query} next=${data.next} shown=${runs.length} />`;
}

function Nothing({ filtered, data, further }) {
  if (data.next)
    return html`<${Empty} icon="filter" title="None found yet">
      <p>${data.looked ? `${data.looked} runs were looked through, back to ${fullTime(data.back)}.` : "The newest were looked through."}
        ${" "}There are older ones.</p><p><${Button} onClick=${further}>Look further back</${Button}></p></${Empty}>`;
  if (filtered) return html`<${Empty} icon="filter" title="No run matches"><p>Try fewer filters.</p></${Empty}>`;
  const may = mayCreateAny(user());
  return html`<${Empty} icon="layers" title="No runs yet">
    <p>A run is one piece of work done with the model: a diagnosis of a patient's record, an idea taken through six phases,
      or an analysis of a project.
      Its steps, cost and results appear here while it works.</p>
    ${may && html`<p><${LinkButton} kind="primary" icon="plus" href=${href("/new")}>Start the first one</${LinkButton}></p>`}
  </${Empty}>`;
}
