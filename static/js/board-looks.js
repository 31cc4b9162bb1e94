// How the board is looked at: grid or list, steps, other views; and what the tab remembers.

import { ZOOMS, filled } from "./board-time.js";

const REFOCUS = "board-refocus";

export class Looks {
  constructor(desk) {
    this.desk = desk;
  }

  lay(layout) {
    const { desk } = this;
    desk.layout = layout;
    desk.board.dataset.layout = layout;
    const region = desk.grid.scroll;
    if (layout === "grid") {
      region.setAttribute("role", "application");
      desk.grid.layAll();
      desk.keys.begin();
    } else {
      region.setAttribute("role", "region");
      desk.keys.pause();
    }
    for (const button of document.querySelectorAll("[data-lay]")) {
      button.setAttribute("aria-pressed", String(button.dataset.lay === layout));
    }
  }

  /** Grid or list, also part of the address. */
  look(layout) {
    this.lay(layout);
    this.address("look", layout);
  }

  address(name, text) {
    const address = new URL(location.href);
    address.searchParams.set(name, text);
    history.replaceState(null, "", address);
  }

  zoomBy(direction) {
    const next = ZOOMS[ZOOMS.indexOf(this.desk.grid.step) + direction];
    if (next) this.zoom(next);
  }

  /** The zoom is part of the address, here and in the links to the other views. */
  zoom(step) {
    const { desk } = this;
    desk.grid.zoom(step);
    desk.tell(filled(desk.words.zoomed, { n: step }));
    for (const button of document.querySelectorAll("[data-zoom-to]")) {
      button.setAttribute("aria-pressed", String(Number(button.dataset.zoomTo) === step));
    }
    this.address("zoom", step);
    for (const link of document.querySelectorAll("[data-views] a")) {
      const there = new URL(link.href);
      there.searchParams.set("zoom", step);
      link.href = there.href;
    }
  }

  /** Another view by keyboard: the focus comes back to the board there. */
  visit(link) {
    if (!link) return;
    this.desk.memory.store(REFOCUS, "1");
    link.click();
  }

  view(number) {
    this.visit(document.querySelectorAll("[data-views=views] a")[number]);
  }

  turn(direction) {
    const row = this.desk.grid.view === "day" ? "days" : "legs";
    const links = [...document.querySelectorAll(`[data-views=${row}] a`)];
    const now = links.findIndex((link) => link.hasAttribute("aria-current"));
    this.visit(links[now + direction]);
  }
}

/** What was made last, so that the next one needs fewer words. */
export class Memory {
  constructor(cohort) {
    this.shelf = `board-${cohort}`;
    Object.assign(this, this.recall());
  }

  recall() {
    try {
      return JSON.parse(sessionStorage.getItem(this.shelf)) ?? {};
    } catch {
      return {};
    }
  }

  store(name, text) {
    try {
      sessionStorage.setItem(name, text);
    } catch {
      // Then it is remembered on this page only.
    }
  }

  remember(kind, place, minutes) {
    this.kind = kind === "meal" ? this.kind : kind;
    this.minutes = { ...this.minutes, [kind]: minutes };
    this.venues = { ...this.venues, [`${place.leg} ${kind}`]: place.venue ?? "" };
    const { kind: last, minutes: lengths, venues } = this;
    this.store(this.shelf, JSON.stringify({ kind: last, minutes: lengths, venues }));
  }

  resumed() {
    try {
      const asked = sessionStorage.getItem(REFOCUS);
      sessionStorage.removeItem(REFOCUS);
      return asked !== null;
    } catch {
      return false;
    }
  }
}
