// Runs before the first paint, so that a chosen theme does not flash. Everything else about themes is in theme.js.
(function chooseTheme() {
  try {
    const chosen = localStorage.getItem("studio-runs.theme");
    if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
  } catch {
    // Storage may be switched off; the system's theme applies.
  }
})();
