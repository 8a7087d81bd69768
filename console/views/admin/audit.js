// The audit trail: every look at and change of a patient's data, newest first.
import { html, useEffect, useState } from "../../preact.js";
import { listAudit } from "../../api.js";
import { fullTime, shortId, words } from "../../format.js";
import { useAsync } from "../../live.js";
import { directory, personId, personName } from "../../people.js";
import { knownPatients, loadPatients, patientIdOf, patientLine, patientName } from "../../patients.js";
import { href, navigate } from "../../router.js";
import { useStore } from "../../store.js";
import { Button, Card, Empty, Loading, Problem } from "../../ui/basics.js";
import { Form, Text } from "../../ui/form.js";
import { AddressPager } from "../../ui/page.js";

const NAMES = ["patient", "person", "run", "from", "to"];
const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export function Audit({ query }) {
  const asked = Object.fromEntries(NAMES.map((name) => [name, timeOf(name, query[name])]));
  const { data, error, reload } = useAsync(
    (signal) => listAudit({ ...asked, limit: 50, cursor: query.cursor }, { signal }),
    [JSON.stringify(asked), query.cursor],
  );
  // What was found before is not what is looked for now.
  const shown = error ? null : data;
  const people = useStore(directory);
  const isNobody = query.patient && !ID.test(query.patient);
  const isStranger = query.person && !people[query.person];
  return html`<div class="stack"><${Card} title="Look for"><${Search} key=${JSON.stringify(asked)} query=${query} /></${Card}>
    <${Card} title="Audit trail" class="flush">
      ${isNobody ? html`<${Empty} icon="user" title=${`No one patient is known here as “${query.patient}”`}><p>A label has to be whole,
        and the label of one patient only. Otherwise take the id.</p></${Empty}>`
        : html`<${Problem} error=${error} retry=${reload} labelOf=${labelOf} />`}
      ${!data && !error && html`<${Loading} rows=${6} />`}
      ${shown && !shown.entries.length && html`<${Empty} icon="shield"
        title="Nothing on record"><p>${isStranger
          ? `“${query.person}” is no name that is known here. If it is an id: nothing is on record of it.`
          : "Nobody looked at or changed this."}</p></${Empty}>`}
      ${shown?.entries.length > 0 && html`<${Entries} entries=${shown.entries} />`}
      ${shown && html`<${AddressPager} at="/admin" query=${query} next=${shown.next_cursor}
        shown=${shown.entries.length} />`}</${Card}></div>`;
}

/** query.patient -> Patient: what the form above calls it. */
const labelOf = (field) => ({ label: words(String(field ?? "").split(".").at(-1)) });

/** Days are whole days of UTC, as the trail's times are; the last one included. */
function timeOf(name, value) {
  if (!value || (name !== "from" && name !== "to")) return value ?? "";
  const day = new Date(`${value}T00:00:00Z`);
  if (name === "to") day.setUTCDate(day.getUTCDate() + 1);
  return Number.isNaN(day.getTime()) ? "" : day.toISOString();
}

function Search({ query }) {
  const people = Object.keys(useStore(directory));
  const person = people.includes(query.person) ? personName(query.person) : (query.person ?? "");
  const [values, setValues] = useState({ ...Object.fromEntries(NAMES.map((name) => [name, query[name] ?? ""])), person });
  const set = (name) => (value) => setValues((before) => ({ ...before, [name]: value }));
  useEffect(() => {
    loadPatients();
  }, []);
  const patients = Object.values(useStore(knownPatients));
  const send = async () =>
    navigate("/admin", { tab: "audit", ...values, patient: patientIdOf(values.patient), person: personId(values.person) });
  return html`<${Form} values=${values} send=${send} submit="Look">
    <div class="form-grid five"><${Text} label="Patient" names="patient" optional hint="A label or an id" value=${values.patient}
      set=${set("patient")} list="audit-patients" />
      <${Text} label="Person" names="person" optional hint="A name or an id" value=${values.person} set=${set("person")}
        list="audit-people" />
      <${Text} label="Run" names="run" optional mono hint="Its id" value=${values.run} set=${set("run")} />
      <${Text} label="From" names="from" optional type="date" hint="Days of UTC" value=${values.from} set=${set("from")} />
      <${Text} label="To" names="to" optional type="date" value=${values.to} set=${set("to")} /></div>
    <datalist id="audit-patients">${patients.map((one) => html`<option key=${one.id} value=${one.id}
      label=${patientLine(one)}></option>`)}</datalist>
    <datalist id="audit-people">${people.map((sub) => html`<option key=${sub} value=${personName(sub)}></option>`)}</datalist></${Form}>
    ${NAMES.some((name) => query[name])
      && html`<p class="after-form"><${Button} kind="small" icon="cross" onClick=${() => navigate("/admin", { tab: "audit" })}>Show all</${Button}></p>`}`;
}

const VERBS = { get: "read", read: "read", list: "listed", create: "made", put: "stored", update: "changed", compare: "compared",
  download: "downloaded", cancel: "cancelled", retry: "retried", clone: "cloned", execute: "started", process: "started",
  attach: "attached", assign: "assigned", unassign: "unassigned", erase: "erased", stream: "followed", next: "advanced", bulk: "many at once" };

/** get_patient -> Read patient */
function deed(action) {
  const [verb, ...rest] = String(action ?? "").split("_");
  return words([VERBS[verb] ?? verb, ...rest].join(" "));
}

function Entries({ entries }) {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Audit trail"><table>
    <thead><tr><th scope="col">When</th><th scope="col">Who</th><th scope="col">What</th><th scope="col">Patient</th><th
      scope="col">Run</th>
      <th scope="col">Outcome</th></tr></thead>
    <tbody>${entries.map((one, place) => html`<tr key=${`${one.request_id} ${place}`}><td>${fullTime(one.at)}</td>
      <td>${personName(one.person)} <span class="quiet small">${(one.roles ?? []).join(", ")}</span></td><td>${deed(one.action)}</td>
      <td>${one.patient_id ? html`<a href=${href(`/patients/${one.patient_id}`)}>${patientName(one.patient_id)}</a>` : "–"}</td>
      <td>${one.run_id ? html`<a href=${href(`/runs/${one.run_id}`)}>${shortId(one.run_id)}</a>` : "–"}</td>
      <td><span class=${one.outcome === "refused" ? "tag bad" : "tag"}>${one.outcome}</span></td></tr>`)}</tbody></table></div>`;
}
