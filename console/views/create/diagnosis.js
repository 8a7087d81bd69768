// The form of a diagnosis run: of a patient, or of one of the patient's assessments.
import { html, useEffect } from "../../preact.js";
import * as api from "../../api.js";
import { useAsync } from "../../live.js";
import { learnPatients, patientName, personOf } from "../../patients.js";
import { href, navigate } from "../../router.js";
import { hasRole } from "../../session.js";
import { Empty, Loading, Problem } from "../../ui/basics.js";
import { Form, listOf, objectOf, needs, Select, Text, useDraft } from "../../ui/form.js";
import { PatientBar } from "../../ui/patient-bar.js";
import { toast } from "../../ui/toast.js";

const DISPATCH = [
  ["auto", "At once"],
  ["manual", "Only when somebody executes it"],
];

export function DiagnosisForm({ query }) {
  const { data, error, reload } = useAsync((signal) => api.listPatients({ limit: 100 }, { signal }), []);
  useEffect(() => {
    if (data) learnPatients(data.patients);
  }, [data]);
  if (error) return html`<${Problem} error=${error} retry=${reload} />`;
  if (!data) return html`<${Loading} />`;
  if (!data.patients.length)
    return html`<${Empty} icon="users" title="No patients"><p>${hasRole("admin")
      ? html`The organisation has none yet. <a href=${href("/patients")}>Add a patient</a> first.`
      : "You are not assigned to any patient. An admin can assign you."}</p></${Empty}>`;
  return html`<${Fields} patients=${data.patients} preset=${query.patient} />`;
}

function Fields({ patients, preset }) {
  const [values, setValues, sent] = useDraft(`new diagnosis ${preset ?? ""}`, {
    patient: preset ?? (patients.length === 1 ? patients[0].id : ""),
    focus: "",
    config: "",
    dispatch: "auto",
    attempts: "3",
    budget: "",
    tags: "",
  });
  const set = (name) => (value) => setValues((before) => ({ ...before, [name]: value }));
  const send = async (key) => {
    needs({ patient: values.patient });
    const { data, replayed } = await api.createPatientRun(values.patient, diagnosisBody(values), { key });
    sent();
    toast(replayed ? "This run was created before; here it is." : "The run was created.");
    navigate(`/runs/${data.run.id}`);
  };
  const known = !values.patient || patients.some((one) => one.id === values.patient) ? patients : [{ id: values.patient }, ...patients];
  return html`<${Form} values=${values} send=${send} submit="Create the run">
    ${values.patient && html`<${PatientBar} key=${values.patient} patientId=${values.patient} />`}
    <${Select} label="Patient" names="patient" hint=${hasRole("admin") ? "Those of the organisation." : "Those you are assigned to."}
      value=${values.patient} set=${set("patient")}
      options=${[...(values.patient ? [] : [["", "Choose a patient"]]), ...known.map((one) => [one.id, choiceOf(one)])]} />
    <${Text} label="Question or focus" names="input_config.focus" optional area=${3} value=${values.focus} set=${set("focus")}
      hint="What should the assessment look at? No names: identifiers that the record holds are removed." />
    <${RunOptions} values=${values} set=${set} />
  </${Form}>`;
}

const choiceOf = (one) => [one.label ?? patientName(one.id), personOf(one), one.label && one.id.slice(0, 8)].filter(Boolean).join(" · ");

export function RunOptions({ values, set }) {
  return html`<details class="more"><summary>More options</summary><div class="form-grid">
    <${Select} label="Start" names="dispatch" value=${values.dispatch} set=${set("dispatch")} options=${DISPATCH} />
    <${Text} label="Attempts at most" names="max_attempts" type="number" min="1" max="10" value=${values.attempts} set=${set("attempts")} />
    <${Text} label="Budget in dollars" names="max_cost_usd" optional type="number" min="0" step="0.01" value=${values.budget}
      set=${set("budget")}
      hint="No call is made that could exceed it." />
    <${Text} label="Tags" names="tags" optional value=${values.tags} set=${set("tags")} hint="Separated by commas" />
    <${Text} label="Further configuration" names="input_config" optional area=${4} mono value=${values.config} set=${set("config")}
      hint="A JSON object beside the question" />
  </div></details>`;
}

export function diagnosisBody({ focus, config, dispatch, attempts, budget, tags }) {
  const further = config.trim() ? objectOf(config, "input_config") : {};
  return {
    input_config: { ...(focus.trim() && { focus: focus.trim() }), ...further },
    dispatch,
    max_attempts: Number(attempts),
    ...(budget !== "" && { max_cost_usd: Number(budget) }),
    tags: listOf(tags),
  };
}
