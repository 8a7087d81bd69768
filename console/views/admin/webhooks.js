// Who is told of what becomes of runs: addresses, what they are told, and what became of each delivery.
import { html, useState } from "../../preact.js";
import * as api from "../../api.js";
import { duration, shortId } from "../../format.js";
import { useAsync, useEvery } from "../../live.js";
import { href } from "../../router.js";
import { Button, Card, CopyId, Empty, Facts, Loading, Problem, Time } from "../../ui/basics.js";
import { ask, Dialog } from "../../ui/dialog.js";
import { Check, Form, Group, needs, Text } from "../../ui/form.js";
import { Pager, useTrail } from "../../ui/page.js";
import { toast } from "../../ui/toast.js";
import { refusalText } from "../../words.js";

const EVENTS = ["run.succeeded", "run.failed", "run.cancelled", "run.waiting", "run.blocked", "budget.reached"];

export function Webhooks({ query }) {
  const [editing, setEditing] = useState(null);
  const [secret, setSecret] = useState(null);
  const { data, error, reload } = useAsync((signal) => api.listWebhooks({ limit: 100 }, { signal }), []);
  return html`<div class="stack"><${Card} title="Webhooks"
      aside=${html`<${Button} kind="small" icon="plus" onClick=${() => setEditing({})}>Add a webhook</${Button}>`}>
      <p class="quiet">Each is told by a signed request: ids and codes, nothing of a patient.</p>
      <${Problem} error=${error} retry=${reload} />
      ${!data && !error && html`<${Loading} />`}
      ${data && !data.webhooks.length && html`<${Empty} icon="repeat" title="No webhooks"><p>Nobody is told of anything.</p></${Empty}>`}
      ${data?.webhooks.map((one) => html`<${Webhook} key=${one.id} one=${one} edit=${() => setEditing(one)} told=${setSecret}
        done=${reload} />`)}
    </${Card}>
    ${query.webhook && html`<${Deliveries} key=${query.webhook} id=${query.webhook} />`}
    ${editing && html`<${EditDialog} one=${editing} close=${() => setEditing(null)} told=${setSecret} done=${reload} />`}
    ${secret && html`<${SecretDialog} secret=${secret} close=${() => setSecret(null)} />`}</div>`;
}

function Webhook({ one, edit, told, done }) {
  const [failure, setFailure] = useState(null);
  const tried = (doing, text) =>
    doing.then(
      (answer) => {
        setFailure(null);
        if (text) toast(text);
        done();
        return answer;
      },
      (error) => setFailure(error),
    );
  const rotate = async () => {
    const answer = await ask({
      title: "Rotate the secret?",
      body: html`<p>A new secret is made and shown once. Deliveries are signed with both for 24 hours.</p>`,
      confirm: "Rotate it",
      act: () => api.rotateWebhook(one.id),
    });
    if (answer) told(answer.data.webhook.secret);
  };
  const drop = async () => {
    const answer = await ask({
      title: "Delete this webhook?",
      body: html`<p>${one.url} is told of nothing any more.</p>`,
      confirm: "Delete it",
      kind: "danger",
      act: () => api.deleteWebhook(one.id),
    });
    if (answer) done();
  };
  const isOn = one.status === "enabled";
  return html`<section class="budget"><header><h3>${one.description || one.url}</h3><span class="actions">
      <${Button} kind="small" onClick=${() => tried(api.testWebhook(one.id), "A test is on its way.")}>Send a test</${Button}>
      <${Button} kind="small" onClick=${edit}>Change</${Button}>
      <${Button} kind="small" onClick=${() => tried(api.updateWebhook(one.id, { status: isOn ? "disabled" : "enabled" }))}>
        ${isOn ? "Disable" : "Enable"}</${Button}>
      <${Button} kind="small" onClick=${rotate}>Rotate the secret</${Button}><${Button} kind="small"
        onClick=${drop}>Delete</${Button}></span></header>
    <${Problem} error=${failure} />
    <${Facts} class="strip small" rows=${[
      ["Address", html`<code>${one.url}</code>`],
      ["Told of", one.events?.includes("*") ? "everything" : (one.events ?? []).join(", ")],
      ["Workflows", one.workflows?.length ? one.workflows.join(", ") : "all"],
      ["Status", html`<span class=${isOn ? "tag good" : "tag bad"}>${one.status}</span>`],
      ["Disabled because", !isOn && one.disabled_reason],
      ["Since", html`<${Time} at=${one.created_at} />`],
      ["Deliveries", html`<a href=${href("/admin", { tab: "webhooks", webhook: one.id })}>Show them</a>`],
    ]} /></section>`;
}

function EditDialog({ one, close, told, done }) {
  const [values, setValues] = useState({
    url: one.url ?? "https://",
    description: one.description ?? "",
    events: one.events ?? ["run.failed"],
  });
  const set = (name) => (value) => setValues((before) => ({ ...before, [name]: value }));
  const toggle = (name) => (on) => set("events")(on ? [...values.events, name] : values.events.filter((event) => event !== name));
  const send = async (key) => {
    needs({ url: values.url });
    const body = { url: values.url.trim(), events: values.events };
    if (one.id) await api.updateWebhook(one.id, body);
    else {
      const text = values.description.trim();
      const { data } = await api.createWebhook({ ...body, ...(text && { description: text }) }, { key });
      told(data.webhook.secret);
    }
    close();
    done();
  };
  return html`<${Dialog} title=${one.id ? "Change the webhook" : "Add a webhook"} onClose=${close}>
    <${Form} values=${values} send=${send} submit=${one.id ? "Change it" : "Add it"} cancel=${close}>
      <${Text} label="Address" names="url" type="url" value=${values.url} set=${set("url")} hint="https, and no private network" />
      ${!one.id && html`<${Text} label="What it is for" names="description" optional value=${values.description}
        set=${set("description")} />`}
      <${Group} label="Told of" names="events">
        <${Check} label="Everything" checked=${values.events.includes("*")} set=${toggle("*")} />
        ${!values.events.includes("*")
          && EVENTS.map((name) => html`<${Check} key=${name} label=${name} checked=${values.events.includes(name)} set=${toggle(name)} />`)}
      </${Group}></${Form}></${Dialog}>`;
}

function SecretDialog({ secret, close }) {
  return html`<${Dialog} title="The secret, shown once" onClose=${close}>
    <p class="dialog-text">Whoever receives the deliveries checks their signatures with it. It is not shown again.</p>
    <p><code class="secret">${secret}</code> <${CopyId} id=${secret} label="secret" /></p>
    <div class="dialog-actions"><${Button} kind="primary" onClick=${close}>I have kept it</${Button}></div></${Dialog}>`;
}

function Deliveries({ id }) {
  const [trail, go] = useTrail();
  const webhook = useAsync((signal) => api.getWebhook(id, { signal }), [id]).data?.webhook;
  const { data, error, loading, reload } = useAsync(
    (signal) => api.listDeliveries(id, { limit: 25, cursor: trail.at(-1) }, { signal }),
    [id, trail],
  );
  useEvery(data?.deliveries.some((one) => one.status === "pending") ? 4_000 : 30_000, () => loading || reload());
  const replay = (one) =>
    api
      .replayDelivery(id, one)
      .then(
        () => toast("It is sent again."),
        (problem) => toast(refusalText(problem), "info"),
      )
      .then(reload);
  return html`<${Card} title=${webhook ? `Deliveries to ${webhook.url}` : "Deliveries"}>
    <${Problem} error=${error} retry=${reload} />
    ${data && !data.deliveries.length && html`<p class="quiet">None in the last 30 days.</p>`}
    ${data?.deliveries.length > 0
      && html`<div class="scroll" tabindex="0" role="region" aria-label="Deliveries"><table>
        <thead><tr><th scope="col">Event</th><th scope="col">Run</th><th scope="col">Status</th><th scope="col">Tries</th><th
          scope="col">Last</th>
          <th scope="col"><span class="sr-only">Again</span></th></tr></thead>
        <tbody>${data.deliveries.map((one) => html`<tr key=${one.id}><td>${one.event}</td>
          <td>${one.run_id ? html`<a href=${href(`/runs/${one.run_id}`)}>${shortId(one.run_id)}</a>` : "–"}</td>
          <td><span class=${{ delivered: "tag good", failed: "tag bad" }[one.status] ?? "tag"}>${one.status}</span></td>
          <td>${one.attempts.length}</td><td>${lastOf(one)}</td>
          <td><${Button} kind="small" aria-label=${`Send ${one.event} again`}
            onClick=${() => replay(one.id)}>Send again</${Button}></td></tr>`)}
        </tbody></table></div>`}
    ${data && html`<${Pager} trail=${trail} next=${data.next_cursor} go=${go} shown=${data.deliveries.length} />`}</${Card}>`;
}

function lastOf({ attempts, next_attempt_at: next }) {
  const last = attempts.at(-1);
  const took = last && last.duration_ms !== null && duration(last.duration_ms / 1000);
  const said = last && [last.status_code ?? last.error, took].filter(Boolean).join(", ");
  return html`${last ? html`<${Time} at=${last.at} />: ${said}` : "not yet"}${next && html` · again <${Time} at=${next} />`}`;
}
