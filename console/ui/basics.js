// The small parts that every page is made of: badges, times, buttons, cards, facts, and the states of waiting, nothing and failure.
import { html, useEffect, useRef, useState } from "../preact.js";
import { ago, fullTime, shortId, shortTime } from "../format.js";
import { useNow } from "../live.js";
import { refusalDetail, refusalText, STATUSES } from "../words.js";
import { Icon } from "./icon.js";

export function Status({ value, size = "" }) {
  const known = STATUSES[value] ?? { label: String(value), icon: "info", means: "" };
  return html`<span class="status status-${STATUSES[value] ? value : "queued"} ${size}" title=${known.means}>
    <${Icon} name=${known.icon} />${known.label}
  </span>`;
}

/** A time relative to now, with the full one in its title; `both` shows the two. */
export function Time({ at, both = false }) {
  const now = useNow();
  if (!at) return html`<span class="quiet">–</span>`;
  return html`<time datetime=${at} title=${fullTime(at)}>${ago(at, now)}${both
    && html` <span class="quiet">· ${shortTime(at, now)}</span>`}</time>`;
}

export function Button({ children, icon, kind = "", busy = false, type = "button", disabled = false, ...rest }) {
  return html`<button type=${type} class="button ${kind}" disabled=${disabled || busy} aria-busy=${busy ? "true" : undefined} ...${rest}>
    ${icon && html`<${Icon} name=${icon} />`}<span>${children}</span>
  </button>`;
}

export function LinkButton({ children, icon, kind = "", ...rest }) {
  return html`<a class="button ${kind}" ...${rest}>${icon && html`<${Icon} name=${icon} />`}<span>${children}</span></a>`;
}

export function Card({ title, aside, children, class: extra = "", level = 2, ...rest }) {
  return html`<section class="card ${extra}" ...${rest}>
    ${title && html`<header class="card-head">${level === 3 ? html`<h3>${title}</h3>` : html`<h2>${title}</h2>`}
      ${aside && html`<div class="card-aside">${aside}</div>`}</header>`}
    ${children}
  </section>`;
}

/** [[term, value], ...] as a description list; rows without a value are left out. */
export function Facts({ rows, class: extra = "" }) {
  const shown = rows.filter(([, value]) => value !== null && value !== undefined && value !== "" && value !== false);
  return html`<dl class="facts ${extra}">
    ${shown.map(([term, value]) => html`<div key=${term}><dt>${term}</dt><dd>${value}</dd></div>`)}</dl>`;
}

/** `most`: how many of them, where there is little room; the others are counted. */
export function Tags({ values = [], most = values.length }) {
  return (
    values.length > 0 &&
    html`<span class="tags">${values.slice(0, most).map((value) => html`<span class="tag" title=${value}>${value}</span>`)}
      ${values.length > most && html`<span class="tag" title=${values.slice(most).join(", ")}>+${values.length - most}</span>`}</span>`
  );
}

export function CopyId({ id, label = "id" }) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return undefined;
    const timer = setTimeout(() => setCopied(false), 1_600);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = () =>
    navigator.clipboard.writeText(id).then(
      () => setCopied(true),
      () => setCopied(false),
    );
  return html`<button type="button" class="copy" title=${id} aria-label="Copy ${label} ${id}" onClick=${copy}>
    <span class="mono">${shortId(id)}</span><${Icon} name=${copied ? "check" : "copy"} />
    <span class="sr-only" role="status">${copied ? "Copied" : ""}</span>
  </button>`;
}

export function Loading({ rows = 3, label = "Loading" }) {
  return html`<div class="skeleton" role="status"><span class="sr-only">${label}…</span>
    ${Array.from({ length: rows }, () => html`<span class="skeleton-row" aria-hidden="true"></span>`)}
  </div>`;
}

export function Empty({ icon = "info", title, children }) {
  return html`<div class="empty"><span class="empty-mark"><${Icon} name=${icon} /></span><p class="empty-title">${title}</p>
    <div class="empty-text">${children}</div></div>`;
}

/** A refused or failed request in plain words, with what helps support to find it. */
/** `labelOf(field)` answers {label, id} of the form field that a refusal is about. */
export function Problem({ error, retry, focus = false, labelOf }) {
  const box = useRef(null);
  useEffect(() => {
    if (focus) box.current?.focus();
  }, [error]);
  if (!error) return null;
  const said = refusalDetail(error);
  return html`<div class="problem" role="alert" tabindex="-1" ref=${box}>
    <${Icon} name="alert" />
    <div>
      <p class="problem-title">${refusalText(error)}</p>
      ${said && html`<p class="problem-said">${said}</p>`}
      ${error.errors?.length > 0 && html`<ul>${error.errors.map((one) => html`<li>${problemLine(one, labelOf)}</li>`)}</ul>`}
      ${error.code === "NO_INPUTS" && error.details?.run_id
        && html`<p><a href=${`#/runs/${encodeURIComponent(error.details.run_id)}`}>Open the failed run</a></p>`}
      ${error.requestId && html`<p class="quiet small">Request <code>${error.requestId}</code></p>`}
    </div>
    ${retry && mayHelp(error) && html`<${Button} kind="small" icon="refresh" onClick=${retry}>Try again</${Button}>`}
  </div>`;
}

/** Asking again changes nothing about a wrong address, a wrong value, or what one may not see. */
const mayHelp = (error) => ![400, 403, 404, 410, 413, 422].includes(error.status);

function problemLine(one, labelOf) {
  if (typeof one === "string") return one;
  if (!labelOf) return html`<code>${String(one.field ?? "").replace(/^body\./, "")}</code> ${one.message}`;
  const { label, id } = labelOf(one.field);
  const go = (event) => {
    event.preventDefault();
    const field = document.getElementById(id);
    for (let box = field?.closest("details"); box; box = box.parentElement?.closest("details")) box.open = true;
    field?.focus();
  };
  return html`${id ? html`<a href="#${id}" onClick=${go}>${label}</a>` : html`<strong>${label}</strong>`} ${one.message}`;
}

export function Notice({ kind = "info", title, children, actions }) {
  const icon = { info: "info", wait: "hand", bad: "alert" }[kind];
  return html`<div class="notice notice-${kind}"><${Icon} name=${icon} />
    <div class="notice-body">${title && html`<p class="notice-title">${title}</p>`}${children}</div>
    ${actions && html`<div class="notice-actions">${actions}</div>`}
  </div>`;
}
