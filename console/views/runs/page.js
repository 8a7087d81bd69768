// Every run that one may see, newest first, kept current.
import { html, useEffect, useMemo, useState } from "../../preact.js";
import { now } from "../../clock.js";
import { getRun, listDiagnosisRuns, listPatientRuns, listRuns } from "../../api.js";
import { count, fullTime } from "../../format.js";
import { useAsync, useEvery } from "../../live.js";
import { loadPatients } from "../../patients.js";
import { personName } from "../../people.js";
import { care, maySee, mayCreateAny } from "../../permissions.js";
import { loadProjectNames } from "../../project-names.js";
import { href, isComingBack, navigate } from "../../router.js";
import { hasRole, user } from "../../session.js";
import { Button, Card, Empty, LinkButton, Loading, Problem } from "../../ui/basics.js";
import { AddressPager, Page, Sections } from "../../ui/page.js";
import { isOpen } from "../../words.js";
import { runByTime, runTitle } from "../run/names.js";
import { Filters } from "./filters.js";
import { apiQuery, ASKED, ASKED_OF_DIAGNOSES, fits, isSorted, NAMES, sortedBy, wholeId } from "./finding.js";
import { loadPage } from "./load.js";
import { Many } from "./many.js";
import { RunList } from "./row.js";
import { Totals } from "./totals.js";

const without = (...names) => NAMES.filter((name) => !names.includes(name));
const OF_DIAGNOSES = { list: listDiagnosisRuns, asked: ASKED_OF_DIAGNOSES };
/** `asked`: what the service filters a list by; `filters`: what the page offers. */
const SCOPES = {
  own: { label: "Created by you", list: listRuns, asked: ASKED, filters: without("creator") },
  all: { label: "The whole organisation", list: listRuns, asked: ASKED, filters: NAMES },
  patients: { label: "Of your patients", ...OF_DIAGNOSES, filters: without("workflow", "profile") },
  diagnoses: { label: "The organisation's diagnosis runs", ...OF_DIAGNOSES, filters: without("workflow", "profile") },
  mine: { label: "About you", ...OF_DIAGNOSES, filters: without("workflow", "profile", "patient", "creator") },
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
  const { label, list } = SCOPES[scope];
  const filters = SCOPES[scope].filters.filter((name) => name !== "patient" || maySee.patients(user()));
  const [chosen, setChosen] = useState(query.bulk ? new Set() : null);
  const [round, setRound] = useState(0);
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
    <${Filters} query=${query} only=${filters} />
    ${chosen && html`<${Many} query=${query} isWhole=${list === listRuns} chosen=${chosen} clear=${() => setChosen(new Set())}
      done=${() => setRound((number) => number + 1)} />`}
    <${List} key=${JSON.stringify([scope, { ...query, bulk: "", of: "" }])} scope=${scope} query=${query} round=${round} chosen=${chosen}
      choose=${setChosen} />
  </${Page}>`;
}

/** {list, asked}: one patient's runs have a list of their own for those who care for patients. */
function listOf(scope, query, signal) {
  const { list, asked } = SCOPES[scope];
  if (asked === ASKED && !query.patient) return { list: (wanted) => list(wanted, { signal }), asked };
  const isOfPatient = query.patient && care.runDiagnosis(user());
  const ask = isOfPatient ? (wanted) => listPatientRuns(query.patient, wanted, { signal }) : (wanted) => list(wanted, { signal });
  return {
    list: ({ status, limit, cursor }) => ask({ status, limit, cursor }),
    asked: isOfPatient ? [...ASKED_OF_DIAGNOSES, "patient"] : ASKED_OF_DIAGNOSES,
  };
}

async function load(scope, query, wanted, signal) {
  const id = wholeId(query);
  if (id) {
    const found = await getRun(id, { signal }).catch((error) => ([403, 404].includes(error.status) ? null : Promise.reject(error)));
    return { runs: found ? [found.run] : [], next: null, looked: 1, back: null };
  }
  // A run of a patient or a project is called what they are called.
  if (query.q) await Promise.all([loadPatients(), loadProjectNames()]);
  const { list, asked } = listOf(scope, query, signal);
  const isMine = (run) => scope !== "own" || run.created_by === user().sub;
  const found = await loadPage({
    list,
    wanted,
    cursor: query.cursor,
    sorted: isSorted(query, asked) || Boolean(query.patient),
    oldest: asked.includes("range") ? "" : wanted.created_after,
    fits: (run) => isMine(run) && fits(run, query, wanted, runTitle, personName),
  });
  return { ...found, sorted: sortedBy(query, asked) };
}

function List({ scope, query, round, chosen, choose }) {
  const wanted = useMemo(() => apiQuery(query, now()), []);
  const { data, error, loading, reload } = useAsync((signal) => load(scope, query, wanted, signal), [round]);
  const runs = data?.runs ?? [];
  useEvery(error || data?.looked > 100 ? 30_000 : runs.some(isOpen) ? 4_000 : 20_000, () => loading || reload());
  useEffect(() => {
    if (query.cursor && !isComingBack()) window.scrollTo(0, 0);
  }, []);
  if (!data) return error ? html`<${Problem} error=${error} retry=${reload} />` : html`<${Loading} rows=${6} label="Loading runs" />`;
  const filtered = NAMES.some((name) => query[name]);
  return html`<${Problem} error=${error} retry=${reload} />
    ${runs.length ? html`<${RunList} runs=${runs} name=${scope === "mine" ? runByTime : runTitle} chosen=${chosen} choose=${choose} />`
      : html`<${Card}><${Nothing} filtered=${filtered} data=${data}
        further=${() => navigate("/runs", { ...query, cursor: data.next, page: (Number(query.page) || 1) + 1 })} /></${Card}>`}
    ${runs.length > 0 && data.sorted && html`<p class="quiet small">${lookedThrough(data, query)}</p>`}
    <${AddressPager} at="/runs" query=${query} next=${data.next} shown=${runs.length} />`;
}

/** How far a page that sorts out runs itself has looked, and that there may be more. */
function lookedThrough({ looked, back, next, sorted }, { cursor }) {
  const which = cursor ? "the next" : "the newest";
  const among = next ? `These are from among ${which} ${count(looked)}, back to ${fullTime(back)}; older runs follow.`
    : `All ${cursor ? "older ones " : ""}were looked through: ${count(looked)}.`;
  return `The service does not filter these runs by ${sorted}, so this page does. ${among}`;
}

function Nothing({ filtered, data, further }) {
  if (data.next)
    return html`<${Empty} icon="filter" title="None found yet">
      <p>${data.back ? `${count(data.looked)} runs were looked through, back to ${fullTime(data.back)}.`
        : "The newest were looked through."} There are older ones.</p><p><${Button} onClick=${further}>Look further back</${Button}></p></${Empty}>`;
  if (filtered) return html`<${Empty} icon="filter" title="No run matches"><p>Try fewer filters.</p></${Empty}>`;
  const may = mayCreateAny(user());
  return html`<${Empty} icon="layers" title="No runs yet">
    <p>A run is one piece of work done with the model: a diagnosis of a patient's record, an idea taken through six phases,
      or an analysis of a project.
      Its steps, cost and results appear here while it works.</p>
    ${may && html`<p><${LinkButton} kind="primary" icon="plus" href=${href("/new")}>Start the first one</${LinkButton}></p>`}
  </${Empty}>`;
}
