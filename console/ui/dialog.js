// Dialogs: the browser's own <dialog>, which traps focus, closes on Escape and gives the focus back. One question at a time.
import { html, useEffect, useId, useRef, useState } from "../preact.js";
import { createStore, useStore } from "../store.js";
import { Button, Problem } from "./basics.js";

export function Dialog({ title, onClose, children, wide = false }) {
  const box = useRef(null);
  const id = useId();
  useEffect(() => {
    const dialog = box.current;
    dialog.showModal();
    // Whoever goes elsewhere by a link inside it has left it.
    window.addEventListener("hashchange", onClose);
    return () => {
      window.removeEventListener("hashchange", onClose);
      dialog.close();
    };
  }, []);
  const outside = (event) => event.target === box.current && onClose();
  return html`<dialog ref=${box} class=${wide ? "dialog wide" : "dialog"} aria-labelledby=${id} onClose=${onClose} onMouseDown=${outside}>
    <div class="dialog-inner"><h2 id=${id} tabindex="-1" autofocus>${title}</h2>${children}</div>
  </dialog>`;
}

const question = createStore(null);
let asks = 0;

/**
 * Asks before something is done. `act` does it; a failure is shown in the dialog, which stays open.
 * `options`: [{value, label, hint}] to choose from, whose value `act` gets. `last`: codes of failures after which there is nothing
 * left to ask: what is said of them takes the question's place. Answers what `act` answered, or undefined when refused.
 */
export function ask(spec) {
  asks += 1;
  return new Promise((resolve) => question.set({ ...spec, id: asks, resolve }));
}

export function QuestionHost() {
  const asked = useStore(question);
  return asked && html`<${Question} key=${asked.id} ...${asked} />`;
}

function Question({ id, title, body, confirm, kind = "primary", options, last = [], act, resolve }) {
  const [state, setState] = useState({ choice: options?.[0].value });
  const close = (answer) => {
    question.set(null);
    resolve(answer);
  };
  const go = async () => {
    setState((before) => ({ ...before, busy: true, error: null }));
    try {
      close(await act(state.choice));
    } catch (error) {
      setState((before) => ({ ...before, busy: false, error }));
    }
  };
  const isOver = last.includes(state.error?.code);
  return html`<${Dialog} title=${title} onClose=${() => question.get()?.id === id && close(undefined)}>
    ${!isOver && html`<div class="dialog-text">${body}</div>`}
    ${options
      && html`<${Choices} options=${options} value=${state.choice} choose=${(choice) => setState((before) => ({ ...before, choice }))} />`}
    <${Problem} error=${state.error} focus />
    <div class="dialog-actions">
      <${Button} onClick=${() => close(undefined)}>Go back</${Button}>
      ${!isOver && html`<${Button} kind=${kind} busy=${state.busy} onClick=${go}>${confirm}</${Button}>`}
    </div>
  </${Dialog}>`;
}

function Choices({ options, value, choose }) {
  const name = useId();
  return html`<fieldset class="choices"><legend class="sr-only">How</legend>
    ${options.map(
      (option) => html`<label class="choice" key=${option.value}>
        <input type="radio" name=${name} checked=${option.value === value} onChange=${() => choose(option.value)} />
        <span><strong>${option.label}</strong><span class="hint">${option.hint}</span></span>
      </label>`,
    )}
  </fieldset>`;
}
