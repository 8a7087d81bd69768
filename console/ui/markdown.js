// Markdown as elements. The parser's tokens are turned into nodes whose text is text; raw HTML in a document is shown, never run.
import { html } from "../preact.js";
import { Lexer } from "../vendor/marked.js";

const LINK_SCHEMES = ["http:", "https:", "mailto:"];
const LARGEST = 400_000;

export function Markdown({ text }) {
  const source = String(text).slice(0, LARGEST);
  return html`<div class="markdown">${blocks(new Lexer({ gfm: true }).lex(source))}</div>`;
}

const BLOCKS = {
  space: () => null,
  def: () => null,
  hr: () => html`<hr />`,
  heading: (token) => heading(token),
  paragraph: (token) => html`<p>${inlines(token.tokens)}</p>`,
  text: (token) => (token.tokens ? inlines(token.tokens) : token.text),
  html: (token) => html`<pre class="raw">${token.text}</pre>`,
  code: (token) => html`<pre tabindex="0"><code>${token.text}</code></pre>`,
  blockquote: (token) => html`<blockquote>${blocks(token.tokens)}</blockquote>`,
  list: (token) => list(token),
  table: (token) => table(token),
};

const INLINES = {
  strong: (token) => html`<strong>${inlines(token.tokens)}</strong>`,
  em: (token) => html`<em>${inlines(token.tokens)}</em>`,
  del: (token) => html`<del>${inlines(token.tokens)}</del>`,
  codespan: (token) => html`<code>${token.text}</code>`,
  br: () => html`<br />`,
  escape: (token) => token.text,
  text: (token) => (token.tokens ? inlines(token.tokens) : token.text),
  html: (token) => token.text,
  checkbox: (token) => (token.checked ? "☑ " : "☐ "),
  link: (token) => link(token),
  image: (token) => html`<span class="quiet">[image: ${token.text || "without text"}]</span>`,
};

const blocks = (tokens = []) => tokens.map((token) => (BLOCKS[token.type] ?? INLINES[token.type] ?? plain)(token));
const inlines = (tokens = []) => tokens.map((token) => (INLINES[token.type] ?? plain)(token));
const plain = (token) => token.raw;

// A document's own first level stands below the page's and the card's headings.
function heading(token) {
  const level = Math.min(6, token.depth + 2);
  return html`<${`h${level}`}>${inlines(token.tokens)}<//>`;
}

function list(token) {
  const items = token.items.map(
    (item) => html`<li>${item.task && !hasBox(item) && (item.checked ? "☑ " : "☐ ")}${blocks(item.tokens)}</li>`,
  );
  return token.ordered ? html`<ol start=${token.start || 1}>${items}</ol>` : html`<ul>${items}</ul>`;
}

const hasBox = (item) => JSON.stringify(item.tokens).includes('"checkbox"');

function table(token) {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Table"><table>
    <thead><tr>${token.header.map((cell) => html`<th scope="col">${inlines(cell.tokens)}</th>`)}</tr></thead>
    <tbody>${token.rows.map((row) => html`<tr>${row.map((cell) => html`<td>${inlines(cell.tokens)}</td>`)}</tr>`)}</tbody>
  </table></div>`;
}

// Where a link leads is said beside it: its text is the model's.
function link(token) {
  const target = safeTarget(token.href);
  if (!target) return html`<span>${inlines(token.tokens)} <span class="quiet">(${token.href})</span></span>`;
  const host = target.protocol === "mailto:" ? target.pathname : target.host;
  return html`<a href=${target.href} target="_blank" rel="noopener noreferrer nofollow">${inlines(token.tokens)}</a>
    ${token.text.includes(host) ? null : html`<span class="quiet small"> (${host})</span>`}`;
}

function safeTarget(address) {
  try {
    const target = new URL(address);
    return LINK_SCHEMES.includes(target.protocol) ? target : null;
  } catch {
    return null;
  }
}
