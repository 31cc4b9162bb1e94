// The roll call: counts follow the marks, digits set a state, arrows move between people, and the
// list narrows to a name. Saving is the form's own work.

const roll = document.querySelector("[data-roll]");

function rows() {
  return [...roll.querySelectorAll("[data-roll-row]")];
}

function count() {
  const totals = new Map();
  for (const row of rows()) {
    const state = row.querySelector("input[type=radio]:checked")?.value ?? "";
    totals.set(state, (totals.get(state) ?? 0) + 1);
  }
  for (const figure of document.querySelectorAll("[data-count]")) {
    figure.textContent = String(totals.get(figure.dataset.count) ?? 0);
  }
}

function mark(row, key) {
  const radio = row.querySelector(`input[type=radio][data-key="${key}"]`);
  if (!radio || radio.disabled) return false;
  radio.checked = true;
  radio.focus();
  count();
  return true;
}

function step(row, by) {
  const shown = rows().filter((other) => !other.hidden);
  const next = shown[shown.indexOf(row) + by];
  if (!next) return;
  const radio =
    next.querySelector("input[type=radio]:checked") ?? next.querySelector("input[type=radio]");
  radio.focus();
  next.scrollIntoView({ block: "nearest" });
}

function onKey(event) {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  const row = event.target.closest("[data-roll-row]");
  if (!row) return;
  if (/^[1-9]$/.test(event.key)) {
    if (mark(row, event.key)) {
      event.preventDefault();
      step(row, 1);
    }
  } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    step(row, event.key === "ArrowDown" ? 1 : -1);
  }
}

function narrow(text) {
  const wanted = text.trim().toLowerCase();
  for (const row of rows()) row.hidden = !row.dataset.name.toLowerCase().includes(wanted);
}

if (roll) {
  roll.addEventListener("change", count);
  roll.addEventListener("keydown", onKey);
  const find = roll.querySelector("[data-roll-find]");
  find?.addEventListener("input", () => narrow(find.value));
  find?.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    rows()
      .find((row) => !row.hidden)
      ?.querySelector("input[type=radio]")
      ?.focus();
  });
  count();
}
