// Whom one acts for: stays at the top while one reads or does something about a patient, so that nobody is mistaken for another.
import { html } from "../preact.js";
import { patientName, personOf, usePatient } from "../patients.js";
import { href } from "../router.js";
import { CopyId } from "./basics.js";
import { refusalText } from "../words.js";
import { Icon } from "./icon.js";

export function PatientBar({ patientId, link = true, patient: given }) {
  const { patient: loaded, error } = usePatient(patientId);
  const patient = given ?? loaded;
  const name = patient?.label || patientName(patientId);
  return html`<aside class="patient-bar" aria-label="Patient">
    <${Icon} name="user" />
    <p class="patient-who">${link ? html`<a href=${href(`/patients/${patientId}`)}>${name}</a>` : html`<strong>${name}</strong>`}
      <span>${patient ? personOf(patient) || "age and gender are not on record" : error ? refusalText(error) : "…"}</span></p>
    <p class="small">${patient?.record ? `record version ${patient.record.version}` : patient && "no record"} ·${" "}<${CopyId}
      id=${patientId} label="patient id" /></p>
  </aside>`;
}
