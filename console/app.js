// Starts the console: reads its settings, finds out who is signed in, and shows the page that the address names.
import { html, render, useEffect, useState } from "./preact.js";
import { finish, isReturning } from "./auth/cognito.js";
import { configure } from "./http.js";
import { loadDirectory } from "./people.js";
import { maySee } from "./permissions.js";
import { href, navigate, parse, useRoute } from "./router.js";
import { config, keep, lose, renew, restore, session, token, user } from "./session.js";
import { useStore } from "./store.js";
import { Card, Empty, LinkButton, Loading, Problem } from "./ui/basics.js";
import { Page } from "./ui/page.js";
import { RunsPage } from "./views/runs/page.js";
import { Shell } from "./views/shell.js";
import { SignIn } from "./views/sign-in.js";
import { WORKFLOWS } from "./words.js";

/** [pattern, place, page, or its name among those that are loaded later]; a `:name` part becomes a property of the page. */
const ROUTES = [
  ["", "runs", RunsPage],
  ["runs", "runs", RunsPage],
  ["runs/:runId", "runs", "RunPage"],
  ["runs/:runId/clone", "runs", "ClonePage"],
  ["new", "runs", "ChoicePage"],
  ["new/:workflow", "runs", "CreatePage"],
  ["board", "board", "BoardPage"],
  ["compare", "runs", "ComparePage"],
  ["admin", "admin", "AdminPage"],
  ["projects", "projects", "ProjectsPage"],
  ["projects/:projectId", "projects", "ProjectPage"],
  ["patients", "patients", "PatientsPage"],
  ["patients/:patientId", "patients", "PatientPage"],
  ["metrics", "metrics", "MetricsPage"],
];

function matched(parts) {
  for (const [pattern, place, View] of ROUTES) {
    const wanted = pattern.split("/").filter(Boolean);
    const fits = wanted.length === parts.length && wanted.every((part, at) => part.startsWith(":") || part === parts[at]);
    if (!fits) continue;
    const properties = Object.fromEntries(wanted.flatMap((part, at) => (part.startsWith(":") ? [[part.slice(1), parts[at]]] : [])));
    if (properties.workflow && !WORKFLOWS[properties.workflow]) continue;
    return { place, View, properties };
  }
  return null;
}

function App({ failure }) {
  const signedIn = useStore(session);
  const { parts, path, query } = useRoute();
  useStore(config);
  if (!signedIn) return html`<${SignIn} failure=${failure} />`;
  const found = matched(parts);
  if (!found || !maySee[found.place](user())) return html`<${Shell} place=""><${NotFound} /></${Shell}>`;
  // A page begins anew when its address does, so that nothing of one thing is shown under the name of another.
  return html`<${Shell} place=${found.place} key=${signedIn.user.sub}>
    <${Shown} key=${path} View=${found.View} properties=${{ ...found.properties, query }} /></${Shell}>`;
}

const IDLE_MS = 1_500;
let rest = null;

/** The pages that are loaded later; asked for once, and again where that failed. */
function later() {
  rest ??= import("./views/rest.js").catch((problem) => {
    rest = null;
    throw Object.assign(problem, { code: "NO_ANSWER" });
  });
  return rest;
}

/** A page, as soon as it is here. */
function Shown({ View, properties }) {
  const [state, setState] = useState({ views: null });
  const load = () => later().then((views) => setState({ views }), (error) => setState({ error }));
  useEffect(() => {
    if (typeof View === "string") load();
    else setTimeout(() => later().catch(() => undefined), IDLE_MS);
  }, [View]);
  const Found = typeof View === "string" ? state.views?.[View] : View;
  if (Found) return html`<${Found} ...${properties} />`;
  return html`<div class="page">${state.error ? html`<${Problem} error=${state.error} retry=${load} />` : html`<${Loading}
    rows=${5} />`}</div>`;
}

function NotFound() {
  return html`<${Page} title="Not found">
    <${Card}><${Empty} icon="info" title="There is nothing here for you"><p>The address is wrong, or your role does not have this page.</p>
    <p><${LinkButton} kind="primary" href=${href("/runs")}>Go to the runs</${LinkButton}></p></${Empty}></${Card}></${Page}>`;
}

function Unavailable({ error }) {
  return html`<main class="sign-in">
    <div class="sign-in-box"><h1>Studio Runs</h1><${Problem} error=${error} retry=${() => location.reload()} /></div></main>`;
}

async function start(root) {
  const response = await fetch("config.json");
  const settings = await response.json();
  config.set(settings);
  configure({ api: settings.api ?? "", token, renew, lost: lose });
  await restore();
  const failure = await signedInOnReturn(settings);
  await loadDirectory().catch(() => undefined);
  show(html`<${App} failure=${failure} />`, root);
}

/** What the page said while it was loading goes first: rendered beside it, it would stay. */
function show(content, root) {
  root.replaceChildren();
  render(content, root);
}

/** Completes a sign-in that comes back from the hosted pages; answers what went wrong with it, if anything did. */
async function signedInOnReturn(settings) {
  const query = new URLSearchParams(location.search);
  if (settings.mode === "local" || !isReturning(query)) return null;
  // The code is in the address: it must not stay in the history.
  history.replaceState(null, "", location.pathname);
  try {
    const { session: fresh, returnTo } = await finish(settings, query);
    keep(fresh);
    const { path, query: kept } = parse(returnTo?.startsWith("#/") ? returnTo : href("/runs"));
    // At once, so that no other page is shown, and asks for things, in between.
    navigate(path, kept, { replace: true });
    return null;
  } catch (problem) {
    return Object.assign(problem, { code: "SIGN_IN_FAILED" });
  }
}

const root = document.getElementById("app");
start(root).catch((error) => show(html`<${Unavailable} error=${Object.assign(error, { code: "NO_ANSWER" })} />`, root));
