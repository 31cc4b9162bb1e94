// The timetable board: chooses grid or list and binds the page to it. See board-desk.js.

import { Desk } from "./board-desk.js";
import { Live } from "./board-live.js";
import { bindPointer } from "./board-pointer.js";

function wantsGrid(board) {
  if (board.dataset.view === "list") return false;
  const look = new URLSearchParams(location.search).get("look");
  if (look) return look === "grid";
  return "chosen" in board.dataset || window.matchMedia("(min-width: 40rem)").matches;
}

function bindPage(desk) {
  const { board } = desk;
  const inField = (target) => target.closest("input, textarea, select, dialog");
  document.querySelector("a[href='#board']")?.addEventListener("click", (event) => {
    event.preventDefault();
    (desk.keys.stop ?? desk.board.querySelector("[data-face]"))?.focus();
  });
  document.querySelector("[data-create]")?.addEventListener("click", (event) => {
    event.preventDefault();
    desk.createHere();
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    const { zoomTo, lay, turnBack } = button.dataset;
    const idle = button.getAttribute("aria-disabled") === "true";
    if (zoomTo) desk.looks.zoom(Number(zoomTo));
    else if (lay) desk.looks.look(lay);
    else if (turnBack && !idle) desk.changes.turnBack(turnBack);
    else if ("help" in button.dataset) desk.dialogs.help();
  });
  document.addEventListener("keydown", (event) => {
    if (inField(event.target) || event.isComposing) return;
    if ((event.ctrlKey || event.metaKey) && ["z", "Z", "y"].includes(event.key)) {
      event.preventDefault();
      desk.changes.turnBack(event.key === "z" && !event.shiftKey ? "undo" : "redo");
    } else if (event.key === "?" && !desk.hand) {
      event.preventDefault();
      desk.dialogs.help();
    }
  });
  board.addEventListener("click", (event) => {
    const session = desk.cards.session(event.target.closest("[data-face]"));
    if (session && !desk.clickSuppressed() && !desk.hand) desk.dialogs.open(session);
  });
  board.addEventListener("pointerover", (event) => {
    if (!desk.hand) desk.cards.light(desk.cards.session(event.target));
  });
  board.addEventListener("focusin", (event) => {
    if (!desk.hand) desk.cards.light(desk.cards.session(event.target));
  });
  board.addEventListener("pointerleave", () => desk.cards.light(null));
}

function start(board) {
  const desk = new Desk(board);
  desk.looks.lay(wantsGrid(board) ? "grid" : "list");
  desk.grid.drawNow();
  if (desk.model.facts.editable) bindPointer(desk);
  bindPage(desk);
  desk.live = new Live(desk);
  let wanted = desk.layout;
  window.addEventListener("beforeprint", () => {
    wanted = desk.layout;
    desk.looks.lay("list");
  });
  window.addEventListener("afterprint", () => desk.looks.lay(wanted));
  if (desk.memory.resumed() && desk.layout === "grid") desk.keys.stop?.focus();
}

const board = document.querySelector("[data-board]");
if (board) start(board);
