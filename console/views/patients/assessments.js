// A patient's assessments: what was asked and answered, adding one, and starting a diagnosis run from one.
import { html, useState } from "../../preact.js";
import * as api from "../../api.js";
import { shortId } from "../../format.js";
import { useAsync } from "../../live.js";
import { care } from "../../permissions.js";
import { personName } from "../../people.js";
import { navigate } from "../../router.js";
import { user } from "../../session.js";
import { Button, Card, Empty, Loading, Problem, Time } from "../../ui/basics.js";
import { Dialog } from "../../ui/dialog.js";
import { Form, FormError, Text, useDraft } from "../../ui/form.js";
import { toast } from "../../ui/toast.js";

export function Assessments({ patientId }) {
  const [adding, setAdding] = useState(false);
  const { data, error, reload } = useAsync((signal) => api.listAssessments(patientId, { limit: 50 }, { signal }), [patientId]);
  const add = care.createAssessment(user()) && html`<${Button} kind="small" icon="plus" onClick=${() => setAdding(true)}>Add</${Button}>`;
  return html`<${Card} title="Assessments" aside=${add}>
    <${Problem} error=${error} retry=${reload} />
    ${!data && !error && html`<${Loading} rows=${2} />`}
    ${
      data &&
      (data.assessments.length
        ? html`<ul class="plain-list">${data.assessments.map((one) => html`<li key=${one.id}><${Assessment} one=${one} /></li>`)}</ul>`
        : html`<${Empty} icon="pencil" title="No assessments">
          <p>Questions and answers of a questionnaire. They enter the context pack of runs that are started from them.</p></${Empty}>`)
    }
    ${adding && html`<${AddDialog} patientId=${patientId} close=${() => setAdding(false)} done=${reload} />`}
  </${Card}>`;
}

function Assessment({ one }) {
  const [starting, setStarting] = useState(false);
  return html`<details class="assessment">
    <summary>
      <span class="run-name">${one.funnel.slug}</span>${" "}
      <span class="quiet small">version ${String(one.funnel.version)} · ${personName(one.created_by)} · <${Time}
        at=${one.created_at} /></span>
    </summary>
    <dl class="answers">
      ${one.funnel.questions.map((question) => html`<div key=${question.id}><dt>${question.text}</dt>
        <dd>${answerText(one.answers[question.id])}</dd></div>`)}</dl>
    ${care.createAssessmentRun(user())
      && html`<${Button} kind="small" icon="pulse" onClick=${() => setStarting(true)}>Start a diagnosis run from it</${Button}>`}
    ${starting && html`<${StartDialog} assessment=${one} close=${() => setStarting(false)} />`}
  </details>`;
}

const answerText = (value) => (value === undefined ? "not answered" : typeof value === "string" ? value : JSON.stringify(value));

function StartDialog({ assessment, close }) {
  const [correlation, setCorrelation] = useState("console-1");
  const send = async () => {
    const { data, status } = await api.createAssessmentRun({ assessment_id: assessment.id, correlation_id: correlation.trim() });
    toast(status === 201 ? "The run was created." : "This run exists already; here it is.");
    close();
    navigate(`/runs/${data.run.id}`);
  };
  return html`<${Dialog} title="Start a diagnosis run" onClose=${close}>
    <p class="dialog-text">From the assessment <strong>${assessment.funnel.slug}
      </strong> (${shortId(assessment.id)}) and the patient's record.</p>
    <${Form} values=${correlation} send=${send} submit="Start the run" cancel=${close}>
      <${Text} label="Correlation id" names="correlation_id"
        hint="There is one run for each assessment and correlation id; the same one again shows that run."
        value=${correlation} set=${setCorrelation} />
    </${Form}>
  </${Dialog}>`;
}

function AddDialog({ patientId, close, done }) {
  const empty = { slug: "intake", version: "1", rows: [{ text: "", answer: "" }] };
  const [values, setValues, sent] = useDraft(`assessment of ${patientId}`, empty);
  const set = (name) => (value) => setValues((before) => ({ ...before, [name]: value }));
  const setRow = (place, change) => set("rows")(values.rows.map((row, index) => (index === place ? { ...row, ...change } : row)));
  const send = async (key) => {
    await api.createAssessment(patientId, assessmentBody(values), { key });
    sent();
    toast("The assessment was added.");
    close();
    done();
  };
  return html`<${Dialog} title="Add an assessment" onClose=${close} wide>
    <${Form} values=${values} send=${send} submit="Add the assessment" cancel=${close}>
      <div class="form-grid"><${Text} label="Questionnaire" names="funnel.slug" hint="Its short name" value=${values.slug}
        set=${set("slug")} />
        <${Text} label="Version" names="funnel.version" value=${values.version} set=${set("version")} /></div>
      ${values.rows.map(
        (row, place) => html`<div class="form-grid" key=${place}>
          <${Text} label=${`Question ${place + 1}`} names=${`question ${place + 1}`} value=${row.text}
            set=${(text) => setRow(place, { text })} />
          <${Text} label=${`Answer ${place + 1}`} optional value=${row.answer} set=${(answer) => setRow(place, { answer })} /></div>`,
      )}
      <${Button} kind="small" icon="plus"
        onClick=${() => set("rows")([...values.rows, { text: "", answer: "" }])}>Another question</${Button}>
    </${Form}>
  </${Dialog}>`;
}

function assessmentBody({ slug, version, rows }) {
  const asked = rows.map((row, place) => ({ ...row, id: `q${place + 1}` })).filter((row) => row.text.trim());
  if (!asked.length) throw new FormError("question 1", "is needed");
  return {
    funnel: { slug: slug.trim(), version: version.trim(), questions: asked.map(({ id, text }) => ({ id, text: text.trim() })) },
    answers: Object.fromEntries(asked.filter((row) => row.answer.trim()).map(({ id, answer }) => [id, answer.trim()])),
  };
}
