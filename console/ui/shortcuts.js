// Keys that save a way: shown by `?`, and off for whoever switches them off. Never while somebody types.
import { html, useEffect, useState } from "../preact.js";
import { createStore, useStore } from "../store.js";
import { maySee, mayCreateAny } from "../permissions.js";
import { href } from "../router.js";
import { user } from "../session.js";
import { Dialog } from "./dialog.js";
import { Check } from "./form.js";

const KEY = "studio-runs.no-shortcuts";
const TOGETHER_MS = 1_200;
const GO = { r: ["runs", "the runs"], b: ["board", "the board"], j: ["projects", "the projects"], p: ["patients", "the patients"],
  m: ["metrics", "the metrics"], a: ["admin", "the administration"] };

const keysShown = createStore(false);
export const showKeys = () => keysShown.set(true);

export function Shortcuts() {
  const shown = useStore(keysShown);
  useEffect(() => {
    let begun = 0;
    const pressed = (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || document.querySelector("dialog[open]")) return;
      if (event.key === "?") return showKeys();
      if (isOff()) return;
      const isSecond = Date.now() - begun < TOGETHER_MS;
      begun = event.key === "g" ? Date.now() : 0;
      if (act(event.key, isSecond)) event.preventDefault();
    };
    document.addEventListener("keydown", pressed);
    return () => document.removeEventListener("keydown", pressed);
  }, []);
  return shown && html`<${Keys} close=${() => keysShown.set(false)} />`;
}

/** Whether the key did something. */
function act(key, isSecond) {
  if (isSecond && GO[key] && maySee[GO[key][0]](user())) return goTo(href(`/${GO[key][0]}`));
  if (isSecond) return false;
  if (key === "n" && mayCreateAny(user())) return goTo(href("/new"));
  if (key === "/") return focusOn(document.querySelector("[data-find]"));
  if (key === "j" || key === "k") return step(key === "j" ? 1 : -1);
  return false;
}

function goTo(address) {
  location.hash = address;
  return true;
}

function focusOn(element) {
  element?.focus();
  return Boolean(element);
}

/** To the next or the former line of the list on the page. */
function step(by) {
  const lines = [...document.querySelectorAll("main .run-row > a, main .line-link")];
  const at = lines.indexOf(document.activeElement);
  return focusOn(lines[at < 0 ? 0 : at + by]);
}

const isTyping = (element) => element?.closest?.("input, textarea, select, [contenteditable]");

function isOff() {
  try {
    return localStorage.getItem(KEY) === "1";
  } catch {
    return false;
  }
}

function Keys({ close }) {
  const [off, setOff] = useState(isOff());
  const set = (on) => {
    setOff(!on);
    try {
      if (on) localStorage.removeItem(KEY);
      else localStorage.setItem(KEY, "1");
    } catch {
      // Without storage the choice is not kept.
    }
  };
  const rows = [
    ["?", "this list"],
    ["/", "find runs by id or name"],
    ["j", "the next line of a list"],
    ["k", "the former line of a list"],
    ...(mayCreateAny(user()) ? [["n", "a new run"]] : []),
    ...Object.entries(GO)
      .filter(([, [place]]) => maySee[place](user()))
      .map(([key, [, what]]) => [`g ${key}`, what]),
  ];
  return html`<${Dialog} title="Keyboard shortcuts" onClose=${close}>
    <dl class="keys">${rows.map(([keys, what]) => html`<div key=${keys}><dt>${keys.split(" ").map((one) => html`<kbd>${one}</kbd> `)}</dt>
      <dd>${what}</dd></div>`)}</dl>
    <${Check} label="Use these keys" checked=${!off} set=${set} /></${Dialog}>`;
}
