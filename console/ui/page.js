// A page's head: where one is, what it is called, what can be done. Moves the focus to the heading when the address changes.
import { html, useEffect, useRef, useState } from "../preact.js";
import { isComingBack, navigate, useRoute } from "../router.js";
import { user } from "../session.js";
import { Icon } from "./icon.js";

let lastPath = null;
let lastFocused = null;
document.addEventListener("focusin", (event) => {
  lastFocused = event.target;
});

/** `crumbs`: [[label, href], ...]; `plain`: the title as text, for the window, where `title` is more than text. */
export function Page({ title, plain, crumbs = [], about, actions, children, class: extra = "" }) {
  const heading = useRef(null);
  const { path } = useRoute();
  useEffect(() => {
    document.title = `${plain ?? title} · Studio Runs`;
  }, [plain ?? title]);
  useEffect(() => {
    if (lastPath !== null && lastPath !== path) {
      if (!isComingBack()) window.scrollTo(0, 0);
      heading.current?.focus({ preventScroll: true });
    }
    lastPath = path;
  }, [path]);
  // A button that is gone once it has done its work takes the focus with it; without this, Tab would begin at the top of the window again.
  useEffect(() => {
    const isLost = lastFocused && !lastFocused.isConnected && document.activeElement === document.body;
    if (isLost) heading.current?.focus({ preventScroll: true });
  });
  return html`<div class="page ${extra}">
    ${crumbs.length > 0 && html`<${Crumbs} crumbs=${crumbs} />`}
    <header class="page-head">
      <div class="page-title"><h1 tabindex="-1" ref=${heading}>${title}</h1>${about && html`<p class="page-about">${about}</p>`}</div>
      ${actions && html`<div class="page-actions">${actions}</div>`}
    </header>
    ${children}
  </div>`;
}

function Crumbs({ crumbs }) {
  return html`<nav class="crumbs" aria-label="Breadcrumb"><ol>
    ${crumbs.map(([label, address]) => html`<li key=${address}><a href=${address}>${label}</a><${Icon} name="chevron" /></li>`)}
  </ol></nav>`;
}

/** Sections of a page as links: [[key, label, href], ...]. */
export function Sections({ label, items, current }) {
  const bar = useRef(null);
  useEffect(() => showIn(bar.current, bar.current.querySelector("[aria-current]")), [current]);
  return html`<nav class="sections" aria-label=${label} ref=${bar}><ul>
    ${items.map(([key, text, address]) => html`<li key=${key}>
      <a href=${address} aria-current=${key === current ? "page" : undefined}>${text}</a></li>`)}
  </ul></nav>`;
}

/** Moves the one place where one is to the middle of a row that is wider than the screen. */
function showIn(row, place) {
  if (place) row.scrollLeft = place.offsetLeft - row.offsetLeft - (row.clientWidth - place.clientWidth) / 2;
}

/** The cursors of the pages that one has gone through, kept with this entry of the browser's history: Back comes back to the page. */
export function useTrail() {
  const who = user().sub;
  const [trail, setTrail] = useState(history.state?.who === who ? history.state.trail : []);
  const go = (next) => {
    history.replaceState({ ...history.state, who, trail: next }, "");
    setTrail(next);
  };
  return [trail, go];
}

/** Back and forth through a list by cursor; `trail` holds the cursors of the pages before this one. */
export function Pager({ trail, next, go, shown }) {
  if (!trail.length && !next) return null;
  return html`<nav class="pager" aria-label="Pages">
    <button type="button" class="button small" disabled=${!trail.length} onClick=${() => go(trail.slice(0, -1))}>Newer</button>
    <span class="quiet small">Page ${trail.length + 1} · ${shown} shown</span>
    <button type="button" class="button small" disabled=${!next} onClick=${() => go([...trail, next])}>Older</button>
  </nav>`;
}

const before = new Map();

/**
 * Back and forth through a list whose page is in the address `at`, as `cursor` and `page` of the `query`; `next` begins the page after
 * this one, or is null.
 */
export function AddressPager({ at, query, next, shown }) {
  const { cursor = "" } = query;
  const number = Number(query.page) || 1;
  if (next) before.set(next, cursor);
  if (!cursor && !next) return null;
  const go = (where, page) => navigate(at, { ...query, cursor: where, page: page > 1 ? page : "" });
  const newer = cursor && before.has(cursor);
  return html`<nav class="pager" aria-label="Pages">
    ${cursor && html`<button type="button" class="button small" onClick=${() => go("", 1)}>Newest</button>`}
    <button type="button" class="button small" disabled=${!newer}
      onClick=${() => go(before.get(cursor), Math.max(1, number - 1))}>Newer</button>
    <span class="quiet small">Page ${number} · ${shown} shown</span>
    <button type="button" class="button small" disabled=${!next} onClick=${() => go(next, number + 1)}>Older</button>
  </nav>`;
}
