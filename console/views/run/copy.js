// A run in the words of other tools: as a request, as JSON, as a command. No token is ever copied.
import { html } from "../../preact.js";
import { descriptionAddress } from "../../api.js";
import { Icon } from "../../ui/icon.js";
import { toast } from "../../ui/toast.js";

/** `curl` with the token left to the shell's own variable. */
export function asCurl(runId, service) {
  return `curl --fail-with-body --header "Authorization: Bearer $STUDIO_RUNS_TOKEN" '${service}/runs/${runId}'`;
}

/** The command line's, with the service's address: without it the command asks the one that it knows. */
export const asCommand = (runId, service) => `runs --url '${service}' show ${runId}`;

const serviceAddress = () => new URL(descriptionAddress(), location.href).href.replace(/\/openapi\.json$/, "");

const WAYS = [
  ["As curl", (run) => asCurl(run.id, serviceAddress())],
  ["As JSON", (run) => JSON.stringify(run, null, 2)],
  ["As a runs command", (run) => asCommand(run.id, serviceAddress())],
  ["The id", (run) => run.id],
];

export function CopyMenu({ run }) {
  const copy = (event, write) => {
    const menu = event.currentTarget.closest("details");
    menu.open = false;
    menu.querySelector("summary").focus();
    navigator.clipboard.writeText(write(run)).then(
      () => toast("Copied."),
      () => toast("The browser did not allow copying.", "info"),
    );
  };
  const leave = (event) => {
    const isLeft = event.type === "keydown" ? event.key === "Escape" : !event.currentTarget.contains(event.relatedTarget);
    if (isLeft) event.currentTarget.open = false;
  };
  return html`<details class="copy-menu" onKeyDown=${leave} onFocusOut=${leave}>
    <summary class="button"><${Icon} name="copy" /><span>Copy</span></summary>
    <div class="copy-ways">${WAYS.map(([label, write]) => html`<button type="button" key=${label} class="menu-line"
      onClick=${(event) => copy(event, write)}>${label}</button>`)}</div></details>`;
}
