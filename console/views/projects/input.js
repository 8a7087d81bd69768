// The form of a project's input: what is believed, about whom, and what is known; whatever else an earlier version held stays.
import { html } from "../../preact.js";
import { createInput } from "../../api.js";
import { Dialog } from "../../ui/dialog.js";
import { Form, objectOf, Select, Text, useDraft } from "../../ui/form.js";
import { toast } from "../../ui/toast.js";

const NOTES = "evidence_notes";

/** `before`: the document to begin with, where one is at hand; `version`: the newest there is. */
export function InputDialog({ projectId, before = {}, version, close, done }) {
  const [values, setValues, sent] = useDraft(`input ${projectId} after ${version ?? 0}`, { ...fieldsOf(before), status: "final" });
  const set = (name) => (value) => setValues((held) => ({ ...held, [name]: value }));
  const send = async (key) => {
    const { data } = await createInput(projectId, { input: inputOf(values), status: values.status }, { key });
    sent();
    toast(`Version ${data.input.version} was added.`);
    close();
    done();
  };
  return html`<${Dialog} title=${version ? `A new version, after version ${version}` : "The first input"} onClose=${close} wide>
    <${Form} values=${values} send=${send} submit="Add this version" cancel=${close}>
      <${Text} label="Hypothesis" names="input.hypothesis" area=${3} value=${values.hypothesis} set=${set("hypothesis")}
        hint="What is believed, and would be worth knowing?" />
      <${Text} label="Audience" names="input.audience" area=${2} value=${values.audience} set=${set("audience")} />
      <${Text} label="Evidence notes" names="input.evidence_notes" area=${5} value=${values.notes} set=${set("notes")}
        hint="One a line: what was seen, measured or said" />
      <details class="more"><summary>Further fields</summary>
        <${Text} label="Further fields" names=${["further fields", "input"]} hint="A JSON object" area=${4} mono value=${values.rest}
          set=${set("rest")} /></details>
      <${Select} label="Status" names="status" value=${values.status} set=${set("status")} options=${[
        ["final", "Final: analyses may use it"],
        ["draft", "Draft: kept, but not the latest final"],
      ]} />
    </${Form}>
  </${Dialog}>`;
}

function fieldsOf({ hypothesis = "", audience = "", [NOTES]: notes = [], ...rest }) {
  const listed = (Array.isArray(notes) ? notes : [notes]).map((one) => (typeof one === "string" ? one : JSON.stringify(one)));
  return {
    hypothesis: String(hypothesis),
    audience: String(audience),
    notes: listed.join("\n"),
    rest: Object.keys(rest).length ? JSON.stringify(rest, null, 2) : "",
  };
}

function inputOf({ hypothesis, audience, notes, rest }) {
  const listed = notes
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);
  return {
    ...(rest.trim() ? objectOf(rest, "further fields") : {}),
    ...(hypothesis.trim() && { hypothesis: hypothesis.trim() }),
    ...(audience.trim() && { audience: audience.trim() }),
    ...(listed.length && { [NOTES]: listed }),
  };
}
