// Signing in: the organisation's hosted page, or locally a choice of demo users.
import { html, useState } from "../preact.js";
import { begin } from "../auth/cognito.js";
import { signIn, users } from "../auth/local.js";
import { words } from "../format.js";
import { useAsync } from "../live.js";
import { loadDirectory } from "../people.js";
import { config, ended, isLocal, keep } from "../session.js";
import { useStore } from "../store.js";
import { Button, Loading, Notice, Problem } from "../ui/basics.js";
import { Icon, Logo } from "../ui/icon.js";
import { ROLES } from "../words.js";

/** `failure`: what went wrong with the sign-in before, in words. */
export function SignIn({ failure }) {
  const wasEnded = useStore(ended);
  return html`<main class="sign-in" id="main">
    <div class="sign-in-box">
      <div class="sign-in-head"><${Logo} />
        <div><h1>Studio Runs</h1><p class="quiet">Durable runs of work done with a model: every one ends, visibly, and is paid for once.</p>
        </div></div>
      ${wasEnded && html`<${Notice} title="Your sign-in has ended"><p>Sign in again to go on where you were.</p></${Notice}>`}
      ${failure && html`<${Problem} error=${failure} />`}
      ${isLocal() ? html`<${DemoUsers} />` : html`<${Hosted} />`}
    </div>
  </main>`;
}

function Hosted() {
  const [state, setState] = useState({});
  const go = () => {
    setState({ busy: true });
    begin(config.get(), location.hash).catch((error) => setState({ error: Object.assign(error, { code: "SIGN_IN_FAILED" }) }));
  };
  return html`<p>You sign in with your organisation's account, on its own page.</p><${Problem} error=${state.error} />
    <${Button} kind="primary" icon="key" busy=${state.busy} onClick=${go}>Sign in</${Button}>`;
}

function DemoUsers() {
  const { data, error, reload } = useAsync(users, []);
  const [state, setState] = useState({});
  const choose = async (name) => {
    setState({ name });
    try {
      const session = await signIn(name);
      await loadDirectory();
      keep(session);
    } catch (problem) {
      setState({ error: problem });
    }
  };
  return html`<h2>Who are you today?</h2>
    <p class="quiet small">This is the local stack. Its demo users need no password.</p>
    <${Problem} error=${error ?? state.error} retry=${reload} />
    ${!data && !error && html`<${Loading} rows=${4} />`}
    <ul class="users">${data?.map(
      (
        one,
      ) => html`<li key=${one.user}>
        <button type="button" class="user-choice" disabled=${Boolean(state.name)} onClick=${() => choose(one.user)}>
        <span class="avatar avatar-${one.roles[0]}"><${Icon} name=${one.roles.includes("admin") ? "shield" : "user"} /></span>
        <span><span class="user-name">${words(one.user.replace("-", " "))}</span>
          <span class="quiet small">${ROLES[one.roles[0]] ?? ""}${one.org_id === "demo" ? "" : `, of organisation “${one.org_id}”`}
          </span></span>
        <${Icon} name="chevron" /></button></li>`,
    )}</ul>`;
}
