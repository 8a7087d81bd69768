// Finishing a run that a person has taken over, and attaching to a run that has not begun. Diagnosis runs only.
import { html } from "../../preact.js";
import * as api from "../../api.js";
import { Dialog } from "../../ui/dialog.js";
import { Form, parseJson, needs, Select, Text, useDraft } from "../../ui/form.js";
import { toast } from "../../ui/toast.js";

const lines = (text) =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);

export function FinishDialog({ run, close, refresh }) {
  const empty = { how: "succeeded", risk: "", summary: "", findings: "", recommendations: "", message: "" };
  const [values, setValues, sent] = useDraft(`finish ${run.id}`, empty);
  const set = (name) => (value) => setValues((before) => ({ ...before, [name]: value }));
  const send = async () => {
    await api.updateStudioRun(run.id, values.how === "succeeded" ? result(values) : failure(values));
    sent();
    toast("The run has ended.");
    close();
    refresh();
  };
  return html`<${Dialog} title="Finish this run by hand" onClose=${close}>
    <${Form} values=${values} send=${send} submit="End the run" cancel=${close}>
      <${Select} label="How does it end?" value=${values.how} set=${set("how")} options=${[
        ["succeeded", "With a diagnosis"],
        ["failed", "As failed"],
      ]} />
      ${
        values.how === "succeeded"
          ? html`<${Text} label="Summary" names=${["summary", "output_data.diagnosis.summary"]} area=${3} value=${values.summary}
            set=${set("summary")} />
            <${Text} label="Findings" names="output_data.diagnosis.findings" hint="One a line" area=${3} value=${values.findings}
              set=${set("findings")} />
            <${Text} label="Recommendations" names="output_data.diagnosis.recommendations" hint="One a line" area=${3}
              value=${values.recommendations} set=${set("recommendations")} />
            <${Select} label="Risk" value=${values.risk} set=${set("risk")} options=${[
              ["", "Not said"],
              ["low", "Low"],
              ["moderate", "Moderate"],
              ["high", "High"],
              ["critical", "Critical"],
            ]} />`
          : html`<${Text} label="Why?" names=${["message", "error_info"]} area=${3} value=${values.message} set=${set("message")} />`
      }
    </${Form}>
  </${Dialog}>`;
}

function result({ summary, findings, recommendations, risk }) {
  needs({ summary });
  const diagnosis = {
    summary: summary.trim(),
    findings: lines(findings),
    recommendations: lines(recommendations),
    ...(risk && { risk_level: risk }),
  };
  return { status: "succeeded", output_data: { diagnosis } };
}

function failure({ message }) {
  needs({ message });
  return { status: "failed", error_info: { code: "PERSON_FAILED", message: message.trim() } };
}

export function AttachDialog({ run, close, refresh }) {
  const [values, setValues, sent] = useDraft(`attach ${run.id}`, { name: "", type: "report", data: "", existing: "" });
  const set = (name) => (value) => setValues((before) => ({ ...before, [name]: value }));
  const send = async (key) => {
    await api.attachArtifact(run.id, attachment(values), { key });
    sent();
    toast("Attached. It becomes part of what the model is sent.");
    close();
    refresh();
  };
  return html`<${Dialog} title="Attach something to this run" onClose=${close}>
    <p class="dialog-text">What is attached before the run begins, such as an ECG analysis or an earlier report,
      is part of what the model is sent.</p>
    <${Form} values=${values} send=${send} submit="Attach" cancel=${close}>
      <${Text} label="An artifact that exists already" names="artifact_id" optional hint="Its id; leave empty to store a new one."
        value=${values.existing}
        set=${set("existing")} />
      ${
        !values.existing &&
        html`<${Text} label="Name" names="artifact_name" value=${values.name} set=${set("name")} />
        <${Text} label="Type" names="artifact_type" hint="Small letters and underscores, such as ecg_analysis" value=${values.type}
          set=${set("type")} />
        <${Text} label="Content" names=${["content", "artifact_data"]} hint="JSON, or plain text" area=${6} mono value=${values.data}
          set=${set("data")} />`
      }
    </${Form}>
  </${Dialog}>`;
}

function attachment({ existing, name, type, data }) {
  if (existing.trim()) return { artifact_id: existing.trim() };
  const text = data.trim();
  needs({ artifact_name: name, artifact_type: type, content: data });
  return {
    artifact_name: name.trim(),
    artifact_type: type.trim(),
    artifact_data: /^[[{]/.test(text) ? parseJson(text, "content") : { text },
  };
}
