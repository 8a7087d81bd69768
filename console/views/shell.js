// The frame around every page: where one can go, who one is, light or dark, and the places where dialogs and messages appear.
import { html } from "../preact.js";
import { descriptionAddress } from "../api.js";
import { maySee } from "../permissions.js";
import { href } from "../router.js";
import { hasRole, isLocal, signOut, user } from "../session.js";
import { useStore } from "../store.js";
import { chooseTheme, theme, THEMES } from "../theme.js";
import { QuestionHost } from "../ui/dialog.js";
import { Icon, Logo } from "../ui/icon.js";
import { showKeys, Shortcuts } from "../ui/shortcuts.js";
import { ToastHost } from "../ui/toast.js";
import { words } from "../format.js";

const PLACES = [
  ["runs", "Runs", "layers"],
  ["board", "Board", "board"],
  ["projects", "Projects", "folder"],
  ["patients", "Patients", "users"],
  ["metrics", "Metrics", "chart"],
  ["admin", "Admin", "shield"],
];
/** A patient sees one: their own. */
const labelOf = (key, label) => (key === "patients" && hasRole("patient") ? "Your record" : label);
const THEME_ICONS = { system: "monitor", light: "sun", dark: "moon" };

export function Shell({ place, children }) {
  const skip = (event) => {
    event.preventDefault();
    document.getElementById("main").focus();
  };
  return html`<a class="skip" href="#main" onClick=${skip}>Skip to the content</a>
    <div class="shell">
      <header class="side">
        <a class="brand" href=${href("/runs")}><${Logo} /><span>Studio Runs</span></a>
        <nav class="places" aria-label="Main"><ul>${PLACES.filter(([key]) => maySee[key](user())).map(
          ([key, label, icon]) =>
            html`<li key=${key}>
              <a href=${href(`/${key}`)} aria-current=${key === place ? "page" : undefined}><${Icon} name=${icon} /><span>${labelOf(key, label)}</span>
              </a></li>`,
        )}</ul></nav>
        <${Account} />
      </header>
      <main id="main" tabindex="-1">${children}</main>
    </div>
    <${QuestionHost} /><${Shortcuts} /><${ToastHost} />`;
}

/** A menu closes when it is left, and on Escape, which gives the focus back. */
function leaveMenu(event) {
  const menu = event.currentTarget;
  if (event.type === "keydown" && event.key !== "Escape") return;
  if (event.type === "focusout" && menu.contains(event.relatedTarget)) return;
  menu.open = false;
  if (event.type === "keydown") menu.querySelector("summary").focus();
}

function Account() {
  const who = user();
  return html`<div class="account">
    <details class="account-menu" onKeyDown=${leaveMenu} onFocusOut=${leaveMenu}>
      <summary aria-label="Account and theme"><span class="avatar avatar-${who.roles[0]}"><${Icon} name="user" /></span>
        <span class="account-name"><span>${who.email.split("@")[0] || "Signed in"}</span>
          <span class="quiet small">${who.roles.map(words).join(", ")} · ${who.orgId}</span></span></summary>
      <div class="account-body">
        <${ThemeChoice} />
        <a class="menu-line" href=${descriptionAddress()} target="_blank" rel="noopener"><${Icon} name="code" />
          <span>API description</span></a>
        <button type="button" class="menu-line" onClick=${showKeys}><${Icon} name="keyboard" /><span>Keyboard shortcuts</span></button>
        <button type="button" class="menu-line" onClick=${signOut}><${Icon} name="leave" /><span>${isLocal() ? "Change user" : "Sign out"}
          </span></button>
      </div>
    </details>
  </div>`;
}

function ThemeChoice() {
  const current = useStore(theme);
  return html`<div class="switch" role="group" aria-label="Theme">${THEMES.map(
    (name) =>
      html`<button type="button" key=${name} aria-pressed=${name === current ? "true" : "false"} title=${words(name)}
        onClick=${() => chooseTheme(name)}><${Icon} name=${THEME_ICONS[name]} /><span>${words(name)}</span></button>`,
  )}</div>`;
}
