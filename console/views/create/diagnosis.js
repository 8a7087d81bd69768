// The form of a diagnosis run: of a patient, or of one of the patient's assessments.
import { html, useState } from "../../preact.js";
import * as api from "../../api.js";
import { useAsync } from "../../live.js";
import { personName } from "../../people.js";
import { navigate } from "../../router.js";
import { hasRole } from "../../session.js";
import { Empty, Loading, Problem } from "../../ui/basics.js";
import { Form, listOf, objectOf, Select, Text } from "../../ui/form.js";
import { toast } from "../../ui/toast.js";

const DISPATCH = [
  ["auto", "At once"],
  ["manual", "Only when somebody executes it"],
];

export function DiagnosisForm({ query }) {
  const { data, error, reload } = useAsync((signal) => api.listPatients({ limit: 100 }, { signal }), []);
  if (error) return html`<${Problem} error=${error} retry=${reload} />`;
  if (!data) return html`<${Loading} />`;
  if (!data.patients.length)
    return html`<${Empty} icon="users" title="No patients"><p>You are not assigned to any patient. An admin can assign you.</p></${Empty}>`;
  return html`<${Fields} patients=${data.patients} preset=${query.patient} />`;
}

function Fields({ patients, preset }) {
  const [values, setValues] = useState({
    patient: preset || patients[0].id,
    focus: "",
    config: "",
    dispatch: "auto",
    attempts: "3",
    budget: "",
    tags: "",
  });
  const set = (name) => (value) => setValues((before) => ({ ...before, [name]: value }));
  const send = async (key) => {
    const { data, replayed } = await api.createPatientRun(values.patient, diagnosisBody(values), { key });
    toast(replayed ? "This run was created before; here it is." : "The run was created.");
    navigate(`/runs/${data.run.id}`);
  };
  const known = patients.some((one) => one.id === values.patient) ? patients : [{ id: values.patient }, ...patients];
  return html`<${Form} values=${values} send=${send} submit="Create the run">
    <${Select} label="Patient" hint=${hasRole("admin") ? "Those of the organisation." : "Those you are assigned to."}
      value=${values.patient} set=${set("patient")}
      options=${known.map((one) => [one.id, one.user_id ? `${one.id} · ${personName(one.user_id)}` : one.id])} />
    <${Text} label="Question or focus" optional area=${3} value=${values.focus} set=${set("focus")}
      hint="What should the assessment look at? No names: identifiers that the record holds are removed." />
    <${RunOptions} values=${values} set=${set} />
  </${Form}>`;
}

export function RunOptions({ values, set }) {
  return html`<details class="more"><summary>More options</summary><div class="form-grid">
    <${Select} label="Start" value=${values.dispatch} set=${set("dispatch")} options=${DISPATCH} />
    <${Text} label="Attempts at most" type="number" min="1" max="10" value=${values.attempts} set=${set("attempts")} />
    <${Text} label="Budget in dollars" optional type="number" min="0" step="0.01" value=${values.budget} set=${set("budget")}
      hint="No call is made that could exceed it." />
    <${Text} label="Tags" optional value=${values.tags} set=${set("tags")} hint="Separated by commas" />
    <${Text} label="Further configuration" optional area=${4} mono value=${values.config} set=${set("config")}
      hint="A JSON object; becomes part of input_config" />
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
