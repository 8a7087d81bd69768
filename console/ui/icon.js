// Line icons on a 20 by 20 grid, drawn for this console. Decorative: what they stand beside says it in words.
import { html } from "../preact.js";

const SHAPES = {
  alert: ["M10 3.2 17.6 16.4H2.4Z", "M10 8v3.6", "M10 13.9v.1"],
  ban: ["M10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14Z", "M5.2 5.2l9.6 9.6"],
  board: ["M3.5 4h13v12h-13Z", "M8 4v12", "M12.4 4v12"],
  chart: ["M3.5 3.5v13h13", "M7 13.5v-3", "M10.5 13.5v-7", "M14 13.5V9"],
  check: ["M4.5 10.5l3.6 3.6 7.4-8"],
  chevron: ["M7.5 5l5 5-5 5"],
  clock: ["M10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14Z", "M10 6.4V10l2.4 1.8"],
  code: ["M7 6l-4 4 4 4", "M13 6l4 4-4 4"],
  copy: ["M7.5 7.5h9v9h-9Z", "M4.5 12.5h-1v-9h9v1"],
  cross: ["M5.5 5.5l9 9", "M14.5 5.5l-9 9"],
  download: ["M10 3.5v9", "M6.2 9.2 10 13l3.8-3.8", "M4 16.5h12"],
  file: ["M5 3h6.5L15 6.5V17H5Z", "M11.2 3.2v3.6H15"],
  filter: ["M3 5h14", "M5.8 10h8.4", "M8.4 15h3.2"],
  folder: ["M3 5.5h5l1.6 2H17v8H3Z"],
  hand: ["M10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14Z", "M8.2 7.4v5.2", "M11.8 7.4v5.2"],
  info: ["M10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14Z", "M10 9.4v4", "M10 6.6v.1"],
  key: ["M12.8 3.6a3.6 3.6 0 1 0 0 7.2 3.6 3.6 0 0 0 0-7.2Z", "M10 9.8l-6 6", "M5.6 14.2l1.8 1.8"],
  keyboard: ["M2.5 5.5h15v9h-15Z", "M5.5 8.3v.1M8.5 8.3v.1M11.5 8.3v.1M14.5 8.3v.1", "M6.5 11.7h7"],
  layers: ["M10 3.2l7 3.6-7 3.6-7-3.6Z", "M3.4 10.4 10 13.8l6.6-3.4", "M3.4 13.6 10 17l6.6-3.4"],
  leave: ["M8 3.5H4v13h4", "M8.5 10h8", "M13.2 6.6 16.6 10l-3.4 3.4"],
  monitor: ["M3 4h14v9.5H3Z", "M7 16.8h6"],
  moon: ["M16 12.2A6.6 6.6 0 1 1 7.8 4a5.4 5.4 0 0 0 8.2 8.2Z"],
  pencil: ["M4 16l.8-3.6L13 4.2l2.8 2.8-8.2 8.2Z"],
  play: ["M6.5 4.2 15.5 10l-9 5.8Z"],
  plus: ["M10 4v12", "M4 10h12"],
  pulse: ["M2.5 10.5h3.4l2-6 3.6 11 2.2-7 1 2h2.8"],
  refresh: ["M16 10a6 6 0 1 1-1.9-4.4", "M16.4 3.4v3.4H13"],
  repeat: ["M4 9V7.5h11", "M12.4 4.8 15.2 7.5l-2.8 2.7", "M16 11v1.5H5", "M7.6 9.8 4.8 12.5l2.8 2.7"],
  shield: ["M10 3l6 2.2v4.4c0 3.6-2.4 6.2-6 7.4-3.6-1.2-6-3.8-6-7.4V5.2Z"],
  sun: [
    "M10 6.6a3.4 3.4 0 1 0 0 6.8 3.4 3.4 0 0 0 0-6.8Z",
    "M10 2.4v1.4M10 16.2v1.4M2.4 10h1.4M16.2 10h1.4M4.6 4.6l1 1M14.4 14.4l1 1M15.4 4.6l-1 1M5.6 14.4l-1 1",
  ],
  user: ["M10 3.4a3.2 3.2 0 1 0 0 6.4 3.2 3.2 0 0 0 0-6.4Z", "M3.8 16.8c.6-3.2 3-4.8 6.2-4.8s5.6 1.6 6.2 4.8"],
  users: [
    "M7.6 4a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6Z",
    "M2.4 16c.4-2.8 2.4-4.2 5.2-4.2s4.8 1.4 5.2 4.2",
    "M12.8 4.4a2.7 2.7 0 0 1 0 5",
    "M14.6 12.2c1.8.6 2.8 1.9 3 3.8",
  ],
};

export function Icon({ name, class: extra = "" }) {
  return html`<svg class="icon ${extra}" viewBox="0 0 20 20" aria-hidden="true" focusable="false">
    ${SHAPES[name].map((shape) => html`<path d=${shape} />`)}
  </svg>`;
}

export function Logo() {
  return html`<svg class="logo" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
    <rect class="logo-ground" width="32" height="32" rx="8" />
    <path class="logo-steps" d="M7 10h9M12 16h8M17 22h8" />
    <circle class="logo-dot" cx="24" cy="10" r="2.2" />
  </svg>`;
}
