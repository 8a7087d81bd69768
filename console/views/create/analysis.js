// The form of an analysis: a project and the version of its input.
import { html, useState } from "../../preact.js";
import * as api from "../../api.js";
import { useAsync } from "../../live.js";
import { href, navigate } from "../../router.js";
import { Empty, LinkButton, Loading, Problem } from "../../ui/basics.js";
import { Form, Select } from "../../ui/form.js";
import { toast } from "../../ui/toast.js";

export function AnalysisForm({ query }) {
  const { data, error, reload } = useAsync((signal) => api.listProjects({ limit: 100 }, { signal }), []);
  if (error) return html`<${Problem} error=${error} retry=${reload} />`;
  if (!data) return html`<${Loading} />`;
  if (!data.projects.length) {
    return html`<${Empty} icon="folder" title="No projects yet"><p>An analysis looks at a project's inputs, so it begins with a project.</p>
      <p><${LinkButton} kind="primary" icon="plus" href=${href("/projects")}>Go to projects</${LinkButton}></p></${Empty}>`;
  }
  return html`<${Fields} projects=${data.projects} preset=${query.project} />`;
}

function Fields({ projects, preset }) {
  const [values, setValues] = useState({ project: preset || projects[0].id, version: "" });
  const inputs = useAsync((signal) => api.listInputs(values.project, { limit: 100 }, { signal }), [values.project]);
  const versions = (inputs.data?.inputs ?? []).map((one) => [String(one.version), `Version ${one.version} (${one.status})`]);
  const send = () => generateRun(values.project, values.version);
  return html`<${Form} values=${values} send=${send} submit="Generate the analysis">
    <${Select} label="Project" names="project_id" value=${values.project} set=${(project) => setValues({ project, version: "" })}
      options=${projects.map((one) => [one.id, one.name])} />
    <${Select} label="Input" names="input_version" hint="The same input is analysed once: asking again shows the run that exists."
      value=${values.version}
      set=${(version) => setValues((before) => ({ ...before, version }))} options=${[["", "The latest final version"], ...versions]} />
    <${Problem} error=${inputs.error} />
  </${Form}>`;
}

/** Starts an analysis, or finds the one that this input has already, and goes there. */
export async function generateRun(project, version) {
  const { data, status } = await api.generate(project, version ? { input_version: Number(version) } : {});
  toast(status === 202 ? "The analysis was started." : "This input was analysed already; here is its run.");
  navigate(`/runs/${data.run.id}`);
  return data.run;
}
