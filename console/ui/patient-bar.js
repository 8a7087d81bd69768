// Whom one acts for: stays at the top while one reads or does something about a patient, so that nobody is mistaken for another.
import { html } from "../preact.js";
import { patientName, personOf, usePatient } from "../patients.js";
import { href } from "../router.js";
import { CopyId, Notice } from "./basics.js";
import { refusalText } from "../words.js";
import { Icon } from "./icon.js";

/** `read`: the version of the record that what stands below was made from, where it was. */
export function PatientBar({ patientId, link = true, patient: given, read = null }) {
  const { patient: loaded, error } = usePatient(patientId);
  const patient = given ?? loaded;
  const name = patient?.label || patientName(patientId);
  return html`<aside class="patient-bar" aria-label="Patient">
    <${Icon} name="user" />
    <p class="patient-who">${link ? html`<a href=${href(`/patients/${patientId}`)}>${name}</a>` : html`<strong>${name}</strong>`}
      <span>${patient ? personOf(patient) || "age and gender are not on record" : error ? refusalText(error) : "…"}</span></p>
    <p class="small">${patient?.record ? `record version ${patient.record.version}` : patient && "no record"} ·${" "}<${CopyId}
      id=${patientId} label="patient id" /></p>
  </aside>
  <${OldRecord} read=${read} present=${patient?.record?.version} what="What stands here was made from it." />`;
}

/** Says so where another version of the record was read than the one that is there now: it may even be of another person. */
export function OldRecord({ read, present, what }) {
  if (!read || !present || read === present) return null;
  return html`<${Notice} kind="wait" title=${`Version ${read} of the record was read; version ${present} is there now`}>
    <p>${what} Age and gender above are those of version ${present}.</p></${Notice}>`;
}
