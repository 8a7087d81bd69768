// The dashboard of projects: what each has, and when it was last run.
import { html, useEffect, useState } from "../../preact.js";
import { createProject, listProjects } from "../../api.js";
import { count } from "../../format.js";
import { useAsync, useEvery } from "../../live.js";
import { learnProjects } from "../../project-names.js";
import { href, navigate } from "../../router.js";
import { hasRole } from "../../session.js";
import { Button, Card, Empty, Loading, Problem, Status, Time } from "../../ui/basics.js";
import { Dialog } from "../../ui/dialog.js";
import { Form, FormError, Text } from "../../ui/form.js";
import { AddressPager, Page } from "../../ui/page.js";
import { toast } from "../../ui/toast.js";
import { isOpen } from "../../words.js";

export function ProjectsPage({ query }) {
  const { cursor } = query;
  const [adding, setAdding] = useState(false);
  const { data, error, loading, reload } = useAsync((signal) => listProjects({ limit: 24, cursor }, { signal }), [cursor]);
  const projects = data?.projects ?? [];
  useEffect(() => learnProjects(projects), [data]);
  useEvery(projects.some((one) => isOpen(one.last_run)) ? 4_000 : 30_000, () => loading || reload());
  return html`<${Page} title="Projects" about=${hasRole("admin") ? "Those of the organisation" : "Your own"}
    actions=${html`<${Button} kind="primary" icon="plus" onClick=${() => setAdding(true)}>New project</${Button}>`}>
    <${Problem} error=${error} retry=${reload} />
    ${!data && !error && html`<${Loading} rows=${4} />`}
    ${data && !projects.length
      && html`<${Card}>
        <${Empty} icon="folder" title="No projects yet">
          <p>A project holds versions of its inputs. Each can be analysed, once per version of the analysis.</p></${Empty}></${Card}>`}
    <ul class="tiles">${projects.map((one) => html`<li key=${one.id}><${Tile} one=${one} /></li>`)}</ul>
    ${data && html`<${AddressPager} at="/projects" query=${query} next=${data.next_cursor} shown=${projects.length} />`}
    ${adding && html`<${AddDialog} close=${() => setAdding(false)} />`}
  </${Page}>`;
}

function Tile({ one }) {
  return html`<a class="tile" href=${href(`/projects/${one.id}`)}>
    <span class="tile-title">${one.name}</span>
    <span class="tile-facts quiet small"><span>${count(one.inputs_count)} ${one.inputs_count === 1 ? "input" : "inputs"}</span>
      <span>${count(one.runs_count)} ${one.runs_count === 1 ? "run" : "runs"}</span></span>
    <span class="last-run">
      <span class="quiet small">Last run</span> ${one.last_run
        ? html`<${Status} value=${one.last_run.status} /> <span class="small">
          <${Time} at=${one.last_run.finished_at ?? one.last_run.started_at} /></span>` : html`<span class="never">Never</span>`}</span>
  </a>`;
}

function AddDialog({ close }) {
  const [name, setName] = useState("");
  const send = async (key) => {
    if (!name.trim()) throw new FormError("name", "is needed");
    const { data } = await createProject({ name: name.trim() }, { key });
    learnProjects([data.project]);
    toast("The project was created.");
    close();
    navigate(`/projects/${data.project.id}`);
  };
  return html`<${Dialog} title="New project" onClose=${close}>
    <${Form} values=${name} send=${send} submit="Create the project" cancel=${close}><${Text} label="Name" names="name" value=${name}
      set=${setName} />
    </${Form}>
  </${Dialog}>`;
}
