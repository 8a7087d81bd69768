// The facts of a context pack as clinicians read them. Each has a place of its own that a finding can point at.
import { html } from "../preact.js";
import { words } from "../format.js";
import { Spark } from "./spark.js";

const LISTS = [
  "active_conditions",
  "current_medications",
  "allergies",
  "laboratory_results",
  "vital_signs",
  "procedures",
  "immunisations",
  "family_history",
  "past_conditions",
  "past_medications",
  "other_observations",
  "reports",
];
const MEASURED = ["laboratory_results", "vital_signs", "other_observations"];
const OPEN = ["active_conditions", "current_medications", "allergies", "laboratory_results", "vital_signs"];

/** [{section, name, detail, values}]: one entry a fact; measurements of one code are one fact with their values in time. */
export function factsOf(pack) {
  return LISTS.flatMap((section) => {
    const rows = Array.isArray(pack?.[section]) ? pack[section].filter((one) => one && typeof one === "object") : [];
    if (!MEASURED.includes(section)) return rows.map((row) => ({ section, name: nameOf(row), detail: detailOf(row), row }));
    const groups = new Map();
    rows.forEach((row) => groups.set(row.code ?? nameOf(row), [...(groups.get(row.code ?? nameOf(row)) ?? []), row]));
    return [...groups.values()].map((members) => ({
      section,
      name: nameOf(members[0]),
      detail: measured(members[0]),
      row: members[0],
      values: members.map((row) => ({ at: row.date, value: row.value ?? row.components?.[0]?.value })).filter((one) => isNumber(one.value)),
    }));
  });
}

const nameOf = (row) => String(row.name ?? row.title ?? row.code ?? "without a name");
function textOf(value) {
  if (Array.isArray(value)) return value.map(textOf).join(", ");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
const isNumber = (value) => typeof value === "number";
const day = (time) => (typeof time === "string" ? time.slice(0, 10) : "");

function detailOf(row) {
  const parts = [row.clinical_status, row.criticality && `criticality ${row.criticality}`, row.dosage && textOf(row.dosage)];
  const since = row.onset ?? row.authored ?? row.date ?? row.given;
  return [...parts, since && `since ${day(String(since))}`].filter(Boolean).map(textOf).join(" · ");
}

function measured(row) {
  const parts = row.components?.map((one) => `${one.name} ${one.value ?? ""} ${one.unit ?? ""}`.trim());
  const value = parts ? parts.join(", ") : `${row.value ?? ""} ${row.unit ?? ""}`.trim();
  const range = row.reference_ranges?.length ? `range ${textOf(row.reference_ranges)}` : "";
  return [value, range, day(row.date)].filter(Boolean).join(" · ");
}

/** `chosen`: the facts that stand out; `id` begins the ids of the facts' places; `whole`: what was left out is said, too. */
export function PackFacts({ pack, chosen = [], id = "fact", whole = true }) {
  const facts = factsOf(pack);
  const sections = LISTS.filter((section) => facts.some((one) => one.section === section));
  if (!sections.length) return html`<p class="quiet">The pack holds no facts of the record.</p>`;
  return html`<div class="pack">${sections.map((section) => html`<details key=${section} open=${OPEN.includes(section)}>
    <summary>${words(section)} <span class="quiet">${facts.filter((one) => one.section === section).length}</span></summary>
    <ul>${facts.map((one, place) => one.section === section
      && html`<li key=${place} id="${id}-${place}" tabindex="-1" class=${chosen.includes(place) ? "fact chosen" : "fact"}>
        <span class="fact-name">${one.name}</span><span class="fact-detail">${one.detail}</span>
        ${one.values?.length > 1 && html`<${Spark} values=${one.values} label=${one.name} />`}</li>`)}</ul></details>`)}
    ${whole && html`<${LeftOut} pack=${pack} />`}</div>`;
}

/** Why resources of the record were set apart, by the pack's word for it. */
const SET_APART = {
  entered_in_error: "marked as entered in error",
  of_another_subject: "of another subject",
  about_another_person: "about another person",
  not_understood: "not understood",
  of_another_fhir_version: "of another FHIR version",
  deleted: "deleted",
  without_state: "without a state",
  earlier_versions: "earlier versions of what is there",
  duplicates: "copies of what is there",
};

/** [[heading, sentences]] of what was in the record and is not in the pack. */
export function leftOutOf(pack) {
  const counts = (value) => Object.entries(value && typeof value === "object" && !Array.isArray(value) ? value : {});
  const omitted = counts(pack?.omitted);
  const plain = (name) => words(name.replaceAll(".", ": ")).toLowerCase();
  return [
    ["No room", omitted.filter(([name]) => !SET_APART[name]).map(([name, number]) => `${number} of ${plain(name)}`)],
    ["Set apart", omitted.filter(([name]) => SET_APART[name]).map(([name, number]) => `${number} ${SET_APART[name]}`)],
    ["Of kinds that are not read", counts(pack?.not_used).map(([kind, number]) => `${kind}: ${number}`)],
    ["Shortened", (Array.isArray(pack?.shortened) ? pack.shortened : []).map((name) => words(String(name).replaceAll(".", ": ")))],
  ].filter(([, sentences]) => sentences.length > 0);
}

/** What was in the record and is not in the pack, so nobody takes silence for absence. */
export function LeftOut({ pack }) {
  const parts = leftOutOf(pack);
  return html`<section class="left-out"><h3>Left out of the record</h3>
    ${parts.length === 0 ? html`<p class="quiet">Nothing.</p>` : html`<dl class="facts">${parts.map(([heading, sentences]) => html`<div
      key=${heading}><dt>${heading}</dt><dd>${sentences.join("; ")}</dd></div>`)}</dl>`}</section>`;
}

const WORD = /[\p{L}\d][\p{L}\d./%-]{3,}/gu;

/** The places of the facts whose names a text uses: the facts that a finding speaks of. */
export function factsIn(text, facts) {
  const said = text.toLowerCase();
  const asked = new Set(said.match(WORD) ?? []);
  const exact = facts.flatMap((one, place) => (said.includes(one.name.toLowerCase()) ? [place] : []));
  if (exact.length) return exact;
  return facts.flatMap((one, place) => {
    const known = (one.name.toLowerCase().match(WORD) ?? []).filter((word) => word.length > 4);
    const hits = known.filter((word) => asked.has(word)).length;
    return known.length > 0 && hits >= Math.max(1, Math.ceil(known.length * 0.5)) ? [place] : [];
  });
}
