// Where cards lie: columns, lanes for those side by side, the axis of time, the line of now.
//
// A card gets its minutes as custom properties; the style sheet turns them into pixels, so zooming
// changes one property of the board. Rectangles are read once, when something is picked up.

import { DAY, clock, minutesOf } from "./board-time.js";

// Below this many minutes a card has room for one line.
const SHORT = 35;

export class Grid {
  constructor(board, model, cards) {
    this.board = board;
    this.model = model;
    this.cards = cards;
    this.first = Number(board.dataset.first) * 60;
    this.last = Number(board.dataset.last) * 60;
    this.view = board.dataset.view;
    this.tray = board.querySelector("[data-tray]");
    this.columns = [...board.querySelectorAll("[data-lane]:not([data-tray])")];
    this.scroll = board.querySelector("[data-scroll]");
    this.sheet = board.querySelector("[data-grid]");
    this.step = Number(board.dataset.zoom);
    this.stacks = new Map();
  }

  get lanes() {
    return this.tray ? [this.tray, ...this.columns] : this.columns;
  }

  legOf(lane) {
    return this.model.leg(Number(lane.dataset.leg));
  }

  /** The lane of a place, or null when it is not in sight (another day, another city). */
  laneOf(place) {
    if (!place.day) return this.tray;
    if (this.view === "day") {
      if (place.day !== this.board.dataset.day) return null;
      return this.columns.find((lane) => lane.dataset.key === String(place.venue ?? "")) ?? null;
    }
    const days = this.columns.filter((lane) => lane.dataset.key === place.day);
    return days.find((lane) => Number(lane.dataset.leg) === place.leg) ?? days[0] ?? null;
  }

  /** The place of a session when put at a lane and a minute. A venue stays in its city. */
  placeAt(from, lane, start, length) {
    if (lane === this.tray) return { ...from, day: "", start: null, end: null };
    const least = Math.min(length, this.step);
    const begins = Math.min(Math.max(start, this.first), this.last - least);
    const place = { ...from, start: begins, end: Math.min(begins + length, DAY) };
    if (this.view === "day") {
      const venue = lane.dataset.key === "" ? null : Number(lane.dataset.key);
      return { ...place, day: this.board.dataset.day, venue };
    }
    const leg = this.view === "cohort" ? this.legOf(lane) : this.model.leg(from.leg);
    const city = this.model.venues.get(from.venue)?.city;
    const stays = leg.id === from.leg || city === leg.city;
    return { ...place, day: lane.dataset.key, leg: leg.id, venue: stays ? from.venue : null };
  }

  /** Moves a card to its lane, in the order of time, and lays the lanes out again. */
  settle(session) {
    const card = this.cards.made(session);
    const lane = this.model.shows(session) ? this.laneOf(session) : null;
    const left = card.closest("[data-lane]");
    if (!lane) card.remove();
    else if (left !== lane || lane !== this.tray) this.insert(card, session, lane);
    for (const touched of new Set([left, lane])) if (touched) this.layLane(touched);
  }

  insert(card, session, lane) {
    const later = [...lane.querySelectorAll("[data-card]")].find(
      (other) => other !== card && this.cards.session(other).start > session.start,
    );
    const next = lane === this.tray ? null : (later ?? null);
    if (card.parentElement !== lane || card.nextElementSibling !== next) lane.insertBefore(card, next);
  }

  layAll() {
    this.sheet.style.setProperty("--minutes", this.last - this.first);
    this.sheet.style.setProperty("--columns", this.columns.length);
    for (const leg of this.sheet.querySelectorAll(".board-leg")) {
      leg.style.setProperty("--days", leg.querySelectorAll("[data-lane]").length);
    }
    for (const lane of this.columns) this.layLane(lane);
  }

  /** The sessions of a lane in the order of time, without cancelled ones. */
  sessionsIn(lane) {
    const found = [];
    for (const card of lane.children) {
      const session = card.dataset.card === undefined ? null : this.cards.session(card);
      if (session && !session.cancelled) found.push(session);
    }
    return lane === this.tray ? found : found.sort((a, b) => a.start - b.start || b.end - a.end);
  }

  layLane(lane) {
    if (lane === this.tray) return;
    let cluster = [];
    let until = -1;
    for (const session of this.sessionsIn(lane)) {
      if (session.start >= until) {
        this.layCluster(cluster);
        cluster = [];
        until = -1;
      }
      cluster.push(session);
      until = Math.max(until, session.end);
    }
    this.layCluster(cluster);
  }

  /** Sessions that overlap, one after the other, share the width of the column. */
  layCluster(sessions) {
    const ends = [];
    for (const session of sessions) {
      let lane = ends.findIndex((end) => end <= session.start);
      if (lane < 0) lane = ends.length;
      ends[lane] = session.end;
      this.stacks.set(session.id, lane);
    }
    for (const session of sessions) {
      const card = this.cards.of(session.id);
      card.classList.toggle("is-short", session.end - session.start < SHORT);
      this.span(card, session.start, session.end);
      card.style.setProperty("--lane", this.stacks.get(session.id));
      card.style.setProperty("--lanes", ends.length);
    }
  }

  /** Never lower than a line of text. */
  span(element, start, end) {
    const least = this.step === 30 ? 20 : 15;
    element.style.setProperty("--at", start - this.first);
    element.style.setProperty("--for", Math.max(least, Math.min(end, this.last) - start));
  }

  zoom(step) {
    const middle = (this.scroll.scrollTop + this.scroll.clientHeight / 3) / this.scroll.scrollHeight;
    this.step = step;
    this.board.dataset.zoom = step;
    if (this.board.dataset.layout === "grid") this.layAll();
    this.scroll.scrollTop = middle * this.scroll.scrollHeight - this.scroll.clientHeight / 3;
  }

  snap(minutes) {
    return Math.round(minutes / this.step) * this.step;
  }

  /** Reads every rectangle once: what is picked up is then moved by arithmetic alone. */
  measure() {
    const sheet = this.sheet.getBoundingClientRect();
    const view = this.scroll.getBoundingClientRect();
    this.boxes = this.columns.map((lane) => {
      const box = lane.getBoundingClientRect();
      return { lane, left: box.left - sheet.left, width: box.width, top: box.top - sheet.top };
    });
    const [{ lane }] = this.boxes;
    this.unit = lane.getBoundingClientRect().height / (this.last - this.first);
    this.origin = { x: sheet.left + this.scroll.scrollLeft, y: sheet.top + this.scroll.scrollTop };
    this.frame = {
      left: view.left,
      right: view.right,
      top: Math.max(view.top, 0),
      bottom: Math.min(view.bottom, window.innerHeight),
    };
    const tray = this.tray?.getBoundingClientRect();
    this.trayBox = tray && { left: tray.left, right: tray.right, top: tray.top, bottom: tray.bottom };
    this.scrolled = { x: this.scroll.scrollLeft, y: this.scroll.scrollTop };
  }

  /** The lane at a point of the window, and the minute there; the nearest column when between. */
  at(x, y) {
    const { trayBox: tray } = this;
    if (tray && x >= tray.left && x <= tray.right && y >= tray.top && y <= tray.bottom) {
      return { lane: this.tray, minute: null };
    }
    const inside = x - this.origin.x + this.scrolled.x;
    let nearest = this.boxes[0];
    let distance = Infinity;
    for (const box of this.boxes) {
      const away = Math.max(box.left - inside, inside - box.left - box.width, 0);
      if (away < distance) [nearest, distance] = [box, away];
    }
    const down = y - this.origin.y + this.scrolled.y - nearest.top;
    return { lane: nearest.lane, minute: this.first + down / this.unit };
  }

  /** Puts a ghost over a place by transform alone; only a new size costs a layout, of the ghost. */
  showAt(ghost, lane, start, end) {
    const box = this.boxes.find((known) => known.lane === lane);
    const top = box.top + (start - this.first) * this.unit;
    const height = Math.max(14, (Math.min(end, this.last) - start) * this.unit - 2);
    ghost.style.transform = `translate(${box.left + 2}px, ${top + 1}px)`;
    if (ghost.high !== height) ghost.style.height = `${(ghost.high = height)}px`;
    if (ghost.wide !== box.width) ghost.style.width = `${(ghost.wide = box.width) - 4}px`;
  }

  /** A thin line at the present minute, moved once a minute by the server's clock. */
  drawNow() {
    const { today, now, day } = this.board.dataset;
    const began = performance.now();
    const lanes = this.columns.filter((lane) =>
      this.view === "day" ? day === today : lane.dataset.key === today,
    );
    const lines = lanes.map((lane) => {
      const line = document.createElement("div");
      line.className = "board-now";
      lane.append(line);
      return line;
    });
    const draw = () => {
      const minute = minutesOf(now) + (performance.now() - began) / 60_000;
      for (const line of lines) {
        line.hidden = minute < this.first || minute > this.last;
        line.style.setProperty("--at", minute - this.first);
        line.title = clock(Math.floor(minute));
      }
    };
    draw();
    if (lines.length) setInterval(draw, 60_000);
  }
}
