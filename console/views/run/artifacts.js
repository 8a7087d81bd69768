// What a run produced: a list by phase, and beside it the chosen artifact's content with its download.
import { html, useEffect, useRef } from "../../preact.js";
import * as api from "../../api.js";
import { bytes, shortId, words } from "../../format.js";
import { useAsync } from "../../live.js";
import { href } from "../../router.js";
import { Button, Card, CopyId, Empty, Facts, Loading, Problem, Time } from "../../ui/basics.js";
import { Icon } from "../../ui/icon.js";
import { toast } from "../../ui/toast.js";
import { Viewer } from "../../ui/viewer.js";
import { isOpen } from "../../words.js";
import { stepLabel } from "./waterfall.js";

const CODE = /\.(py|js|ts|sql|sh|html|css|ya?ml|toml|ini|cfg)$/i;

export const fileName = (artifact) => (artifact.path || artifact.artifact_name || artifact.id).split("/").at(-1);

export function Artifacts({ run, query }) {
  const { data, error, loading, reload } = useAsync((signal) => allArtifacts(run.id, signal), [run.id, run.artifacts_count]);
  if (error) return html`<${Problem} error=${error} retry=${reload} />`;
  if (!data) return loading && html`<${Loading} rows=${5} />`;
  if (!data.length) {
    return html`<${Card}>
      <${Empty} icon="file" title="No artifacts">
        <p>${isOpen(run) ? "They appear here as soon as a step has stored one." : "This run left none."}</p></${Empty}></${Card}>`;
  }
  return html`<${Files} run=${run} artifacts=${data} chosen=${data.find((one) => one.id === query.artifact) ?? data[0]} />`;
}

function Files({ run, artifacts, chosen }) {
  const box = useRef(null);
  const shown = useRef(chosen.id);
  useEffect(() => {
    const [list, content] = box.current.children;
    keepInSight(list, list.querySelector("[aria-current]"));
    if (shown.current !== chosen.id) bringUp(content);
    shown.current = chosen.id;
  }, [chosen.id]);
  return html`<div class="artifacts" ref=${box}>
    <${Card} class="artifact-list"><${List} run=${run} artifacts=${artifacts} chosen=${chosen} /></${Card}>
    <${Content} key=${chosen.id} run=${run} artifact=${chosen} />
  </div>`;
}

/** Scrolls a long list, and nothing around it, to one of its lines. */
function keepInSight(list, line) {
  const [outer, inner] = [list.getBoundingClientRect(), line.getBoundingClientRect()];
  if (inner.top < outer.top || inner.bottom > outer.bottom) list.scrollTop += inner.top - outer.top - outer.height / 2;
}

/** Where the list stands above the content, or is longer than the screen, what was chosen would stay out of sight. */
function bringUp(content) {
  const { top } = content.getBoundingClientRect();
  if (top < 0 || top > innerHeight * 0.6) content.scrollIntoView({ block: "start" });
}

export async function allArtifacts(runId, signal) {
  const found = [];
  let cursor = null;
  do {
    const page = await api.listRunArtifacts(runId, { limit: 100, cursor }, { signal });
    found.push(...page.artifacts);
    cursor = page.next_cursor;
  } while (cursor && found.length < 1_000);
  return found;
}

function List({ run, artifacts, chosen }) {
  const groups = Map.groupBy ? Map.groupBy(artifacts, (one) => one.phase ?? "") : new Map([["", artifacts]]);
  return html`<nav aria-label="Artifacts">${[...groups].map(
    ([phase, members]) => html`<div key=${phase}>
      ${phase && html`<h2 class="group">${stepLabel(phase)}</h2>`}
      <ul class="file-list">${members.map(
        (
          one,
        ) => html`<li key=${one.id}>
          <a href=${href(`/runs/${run.id}`, { tab: "artifacts", artifact: one.id })}
            aria-current=${one.id === chosen.id ? "true" : undefined}>
          <${Icon} name=${CODE.test(fileName(one)) ? "code" : "file"} /><span class="file-name">${one.artifact_name || fileName(one)}</span>
          <span class="quiet small">${bytes(one.size_bytes)}</span></a></li>`,
      )}</ul></div>`,
  )}</nav>`;
}

function Content({ run, artifact }) {
  const { data, error, loading, reload } = useAsync(
    async (signal) => {
      const blob = await api.downloadArtifact(run.id, artifact.id, { signal });
      return { blob, text: await blob.text() };
    },
    [run.id, artifact.id],
  );
  const name = fileName(artifact);
  const button = html`<${Button} kind="small" icon="download" disabled=${!data}
    onClick=${() => save(data.blob, name)}>Download</${Button}>`;
  return html`<${Card} title=${artifact.artifact_name || name} class="artifact-content" aside=${button}>
    ${artifact.description && html`<p class="quiet">${artifact.description}</p>`}
    <${Facts} class="strip small" rows=${[
      ["Type", words(artifact.artifact_type)],
      ["Size", bytes(artifact.size_bytes)],
      ["Stored", html`<${Time} at=${artifact.created_at} />`],
      ["Path", artifact.path && html`<code>${artifact.path}</code>`],
      ["SHA-256", artifact.sha256 && html`<code title=${artifact.sha256}>${shortId(artifact.sha256)}</code>`],
      ["Artifact", html`<${CopyId} id=${artifact.id} label="artifact id" />`],
    ]} />
    <${Problem} error=${error} retry=${reload} />
    ${!data && loading && html`<${Loading} rows=${6} />`}
    ${data && html`<${Viewer} content=${data.text} name=${name} type=${artifact.content_type ?? ""} />`}
  </${Card}>`;
}

/** Hands a file to the browser under a harmless name. */
export function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name.replace(/[^\w.()+ -]/g, "_").slice(0, 120) || "artifact";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  toast(`${link.download} was downloaded.`);
}
