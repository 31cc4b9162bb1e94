// Runs in the head before the first paint: the chosen appearance, and the sign that scripts run.
(() => {
  const root = document.documentElement;
  root.dataset.js = "";
  try {
    const theme = localStorage.getItem("theme");
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  } catch {
    // Storage may be closed (private window): the appearance of the system stays.
  }
})();
