// Light, dark, or whatever the system says; remembered in this browser only.
import { createStore } from "./store.js";

const KEY = "studio-runs.theme";
export const THEMES = ["system", "light", "dark"];
export const theme = createStore(document.documentElement.dataset.theme || "system");

export function chooseTheme(name) {
  const chosen = name === "light" || name === "dark";
  if (chosen) document.documentElement.dataset.theme = name;
  else delete document.documentElement.dataset.theme;
  try {
    if (chosen) localStorage.setItem(KEY, name);
    else localStorage.removeItem(KEY);
  } catch {
    // Without storage the choice lasts as long as the page.
  }
  theme.set(name);
}
