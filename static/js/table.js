// Tables of work: up and down move between rows, Enter opens, Space marks; bulk actions on marks.

function rowsOf(table) {
  return [...table.tBodies[0].rows];
}

function moveTo(rows, row) {
  for (const other of rows) other.tabIndex = -1;
  row.tabIndex = 0;
  row.focus();
}

function stepFor(key, index, last) {
  const steps = { ArrowDown: index + 1, ArrowUp: index - 1, Home: 0, End: last };
  return key in steps ? Math.min(Math.max(steps[key], 0), last) : null;
}

function onKey(table, event) {
  const rows = rowsOf(table);
  const index = rows.indexOf(event.target);
  if (index < 0) return;
  const next = stepFor(event.key, index, rows.length - 1);
  if (next !== null) {
    event.preventDefault();
    moveTo(rows, rows[next]);
  } else if (event.key === "Enter") {
    event.target.querySelector("a")?.click();
  } else if (event.key === " ") {
    const box = event.target.querySelector("[data-select]");
    if (!box) return;
    event.preventDefault();
    box.click();
  }
}

function bindRows(table) {
  const rows = rowsOf(table);
  if (rows.length === 0) return;
  for (const row of rows) row.tabIndex = -1;
  rows[0].tabIndex = 0;
  table.addEventListener("keydown", (event) => onKey(table, event));
}

function bindMarks(table) {
  const bar = document.getElementById(table.dataset.bulk ?? "");
  const all = table.querySelector("[data-select-all]");
  const boxes = () => [...table.querySelectorAll("[data-select]")];
  if (!bar) return;

  function show() {
    const marked = boxes().filter((box) => box.checked).length;
    bar.hidden = marked === 0;
    const figure = bar.querySelector("[data-bulk-count]");
    if (figure) figure.textContent = figure.dataset.bulkCount.replace("{n}", marked);
    if (all) {
      all.checked = marked > 0 && marked === boxes().length;
      all.indeterminate = marked > 0 && !all.checked;
    }
  }

  table.addEventListener("change", (event) => {
    if (event.target === all) for (const box of boxes()) box.checked = all.checked;
    show();
  });
  show();
}

for (const table of document.querySelectorAll("[data-table]")) {
  bindRows(table);
  bindMarks(table);
}
