// What is in the hand: a ghost that shows where a card would land and what it would run into.
// Pointer and keyboard both steer it; neither knows of the other.

import { placeOf, samePlace } from "./board-model.js";
import { DAY, filled, timeText } from "./board-time.js";

export const MOVE = "move";
export const COPY = "copy";
export const DRAW = "draw";

export class Hand {
  /** `session` may be a mere sketch with a place when something new is drawn. */
  constructor(desk, session, kind = MOVE) {
    this.desk = desk;
    this.session = session;
    this.kind = kind;
    this.from = placeOf(session);
    this.place = this.from;
    this.length = desk.model.minutes(session);
    this.swap = null;
    this.ghost = document.createElement("div");
    this.ghost.className = "slot-ghost";
    this.ghost.setAttribute("aria-hidden", "true");
    this.card = desk.cards.of(session.id);
    if (kind === MOVE) this.card?.classList.add("is-lifted");
    desk.grid.measure();
    desk.grid.sheet.append(this.ghost);
    this.show();
  }

  get start() {
    return this.place.start ?? Math.max(this.desk.grid.first, 9 * 60);
  }

  get span() {
    return this.place.start === null ? this.length : this.place.end - this.place.start;
  }

  /** Where it would land, in words. */
  get words() {
    const { grid, words, model } = this.desk;
    if (this.swap) return filled(words.swap_with, { other: model.title(this.swap) });
    if (!this.place.day) return words.tray;
    const lane = grid.laneOf(this.place);
    const column = lane?.dataset.label ?? model.dayLabel(this.place.day);
    const said = filled(words.where, { column, time: timeText(this.place) });
    const venue = this.place.venue !== this.from.venue && grid.view !== "day";
    return venue && this.place.venue ? `${said} · ${model.venueName(this.place.venue)}` : said;
  }

  /** What the ghost itself says: its column is in sight. */
  get label() {
    if (this.swap) return this.words;
    const { place, from, warning } = this;
    const { model, grid } = this.desk;
    const venue = grid.view !== "day" && place.venue !== from.venue ? model.venueName(place.venue) : "";
    return [timeText(place), venue, warning].filter(Boolean).join(" · ");
  }

  /** What stands in the way, in words; empty when nothing in sight does. */
  get warning() {
    const { model, words } = this.desk;
    if (this.swap) return "";
    const session = { ...this.session, id: this.kind === MOVE ? this.session.id : 0 };
    const found = model.inTheWay(session, this.place);
    const said = found ? [filled(words[found.by], { other: model.title(found.other) })] : [];
    if (this.from.venue !== this.place.venue && this.place.leg !== this.from.leg) {
      said.push(words.without_venue);
    }
    return said.join(" · ");
  }

  to(lane, start, length) {
    const { grid } = this.desk;
    if (lane !== grid.tray && !this.desk.mayPlace(this.session, lane)) return false;
    return this.put(grid.placeAt(this.from, lane, start, length));
  }

  /** Any place, also one without a column: the dimension that is not in sight. */
  put(place) {
    if (samePlace(place, this.place)) return false;
    this.place = place;
    this.show();
    return true;
  }

  resize(end) {
    const { start } = this.place;
    const least = start + this.desk.grid.step;
    return this.put({ ...this.place, end: Math.min(Math.max(end, least), DAY) });
  }

  resizeTop(start) {
    const most = this.place.end - this.desk.grid.step;
    const { first } = this.desk.grid;
    return this.put({ ...this.place, start: Math.max(Math.min(start, most), Math.min(first, most)) });
  }

  /** The other card to change places with, or null to land here. */
  over(other) {
    const fits = other && other.id !== this.session.id && this.desk.model.editable(other);
    const next = fits ? other : null;
    if (this.swap === next) return false;
    if (this.swap) this.desk.cards.of(this.swap.id)?.classList.remove("is-target");
    this.swap = next;
    if (next) this.desk.cards.of(next.id)?.classList.add("is-target");
    this.show();
    return true;
  }

  show() {
    const { grid } = this.desk;
    const { warning, ghost, place } = this;
    const lane = grid.laneOf(this.place);
    const inTray = lane === grid.tray;
    ghost.hidden = inTray || !lane;
    grid.tray?.classList.toggle("is-target", inTray && this.from.day !== "");
    if (place.day) ghost.textContent = this.label;
    ghost.classList.toggle("is-hard", warning !== "");
    ghost.classList.toggle("is-swap", this.swap !== null);
    if (!ghost.hidden) grid.showAt(ghost, lane, place.start, place.end);
  }

  /** Somebody else has changed the session that is held. */
  warn(text) {
    this.ghost.dataset.by = text;
  }

  end() {
    this.over(null);
    this.ghost.remove();
    this.desk.grid.tray?.classList.remove("is-target");
    this.card?.classList.remove("is-lifted");
  }
}
