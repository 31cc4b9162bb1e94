// The keyboard: walking over cards and empty spots with one tab stop, and everything a pointer can.

import { COPY, Hand } from "./board-hand.js";
import { clock, filled } from "./board-time.js";
import { placeOf } from "./board-model.js";

const HOUR = 60;
const MORNING = 9 * HOUR;

export class Keys {
  constructor(desk) {
    this.desk = desk;
    this.grid = desk.grid;
    this.cell = document.getElementById("cell-template")?.content.firstElementChild.cloneNode(true);
    this.lane = null;
    this.minute = MORNING;
    desk.board.addEventListener("keydown", (event) => this.press(event));
    desk.board.addEventListener("focusin", (event) => this.follow(event.target));
    desk.board.addEventListener("focusout", (event) => this.letGo(event));
    this.cell?.addEventListener("click", () => this.create());
  }

  /** One tab stop in the grid and one in the tray. */
  begin() {
    for (const face of this.desk.board.querySelectorAll("[data-face]")) face.tabIndex = -1;
    this.trayStop();
    const { columns } = this.grid;
    const today = columns.find((lane) => lane.closest(".is-today")) ?? columns[0];
    const [first] = this.grid.sessionsIn(today);
    if (first) this.rest(this.desk.cards.face(first.id), today, first.start);
    else this.place(today, MORNING);
  }

  /** In the list every card is a tab stop, as anywhere. */
  pause() {
    const faces = this.desk.board.querySelectorAll("[data-face]");
    for (const face of faces) face.removeAttribute("tabindex");
    if (this.cell) this.cell.hidden = true;
  }

  trayStop(face = this.grid.tray?.querySelector("[data-face]")) {
    for (const other of this.grid.tray?.querySelectorAll("[data-face]") ?? []) other.tabIndex = -1;
    if (face) face.tabIndex = 0;
  }

  rest(face, lane, minute) {
    if (this.stop) this.stop.tabIndex = -1;
    [this.stop, this.lane, this.minute] = [face, lane, minute];
    face.tabIndex = 0;
    if (this.cell && face !== this.cell) this.cell.hidden = true;
  }

  /** The empty spot at a lane and minute becomes the tab stop. */
  place(lane, minute) {
    const { first, last, step } = this.grid;
    const { cell } = this;
    if (!cell || !lane) return;
    const at = Math.min(Math.max(minute, first), last - step);
    if (cell.parentElement !== lane) lane.append(cell);
    cell.hidden = false;
    this.grid.span(cell, at, at + Math.max(step, 30));
    cell.querySelector("[data-cell-time]").textContent = clock(at);
    const free = filled(this.desk.words.free, { column: lane.dataset.label, time: clock(at) });
    cell.setAttribute("aria-label", free);
    this.rest(cell, lane, at);
  }

  /** Focus at a lane and minute: the card that lies there, else the empty spot. */
  go(lane, minute, { stack = 0 } = {}) {
    const { first, last, step } = this.grid;
    const at = Math.min(Math.max(minute, first), last - step);
    const here = this.grid.sessionsIn(lane).filter((s) => s.start <= at && at < s.end);
    const session = here.find((s) => this.grid.stacks.get(s.id) === stack) ?? here[0];
    if (session) this.focus(session.id);
    else {
      this.place(lane, at);
      this.cell?.focus();
    }
  }

  /** A pointer has touched an empty spot. */
  point(lane, minute) {
    const { step } = this.grid;
    this.place(lane, Math.floor(minute / step) * step);
    this.cell?.focus();
  }

  focus(id) {
    this.desk.cards.face(id)?.focus();
  }

  /** The tab stop follows the focus, however it came there. */
  follow(target) {
    if (this.desk.layout !== "grid") return;
    const session = this.desk.cards.session(target);
    if (!session || !target.matches("[data-face]")) return;
    const lane = target.closest("[data-lane]");
    if (lane === this.grid.tray) this.trayStop(target);
    else this.rest(target, lane, session.start);
  }

  letGo(event) {
    const { hand } = this.desk;
    if (!hand || hand.pointer || hand.card?.contains(event.relatedTarget)) return;
    if (hand.focus && event.target === hand.focus && event.relatedTarget) this.desk.putBack();
  }

  press(event) {
    const { desk } = this;
    const spot = event.target.closest("[data-face], [data-cell]");
    if (!spot || event.isComposing || desk.hand?.pointer) return;
    const control = event.ctrlKey || event.metaKey;
    if (desk.hand) {
      this.act(event, control ? null : this.carrying[event.key]);
    } else if (desk.layout === "grid") {
      const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
      const name = control ? `Ctrl+${key}` : key;
      this.act(event, event.altKey ? null : (this.walking[name] ?? this.doing[name]));
    } else {
      this.act(event, control || event.altKey ? null : this.doing[event.key.toLowerCase()]);
    }
  }

  act(event, handler) {
    if (!handler) return;
    const session = this.desk.cards.session(event.target);
    if (handler(session, event) !== false) event.preventDefault();
  }

  // --- With empty hands --------------------------------------------------------------------

  walking = {
    ArrowDown: (session) => this.down(session),
    ArrowUp: (session) => this.up(session),
    ArrowLeft: (session) => this.sideways(session, -1),
    ArrowRight: (session) => this.sideways(session, 1),
    PageDown: (session) => this.hour(session, HOUR),
    PageUp: (session) => this.hour(session, -HOUR),
    Home: () => this.go(this.grid.columns[0], this.minute),
    End: () => this.go(this.grid.columns.at(-1), this.minute),
    "Ctrl+Home": () => this.go(this.lane, this.grid.first),
    "Ctrl+End": () => this.go(this.lane, this.grid.last),
    "Ctrl+ArrowDown": () => this.nextCard(1),
    "Ctrl+ArrowUp": () => this.nextCard(-1),
    Enter: (session) => (session ? this.pickUp(session) : this.create()),
    t: () => this.toTray(),
    "+": () => this.desk.looks.zoomBy(-1),
    "=": () => this.desk.looks.zoomBy(-1),
    "-": () => this.desk.looks.zoomBy(1),
    "[": () => this.desk.looks.turn(-1),
    "]": () => this.desk.looks.turn(1),
    Escape: () => this.desk.tell(""),
  };

  doing = {
    n: (session) => this.create(session),
    e: (session) => session && this.desk.dialogs.open(session),
    c: (session) => this.desk.mayLift(session) && this.pickUp(session, COPY),
    w: (session) => this.desk.mayLift(session) && this.desk.dialogs.waves(session),
    delete: (session) => this.desk.mayLift(session) && this.desk.dialogs.cancel(session),
    Delete: (session) => this.desk.mayLift(session) && this.desk.dialogs.cancel(session),
    1: () => this.desk.looks.view(0),
    2: () => this.desk.looks.view(1),
    3: () => this.desk.looks.view(2),
    4: () => this.desk.looks.view(3),
  };

  inTray(session) {
    return session !== undefined && session.start === null;
  }

  down(session) {
    if (this.inTray(session)) return this.alongTray(1);
    return this.go(this.lane, session ? session.end : this.minute + this.grid.step);
  }

  up(session) {
    if (this.inTray(session)) return this.alongTray(-1);
    const start = session ? session.start : this.minute;
    const before = this.grid.sessionsIn(this.lane).filter((other) => other.end <= start);
    const last = before.sort((a, b) => b.end - a.end)[0];
    if (last && last.end > start - this.grid.step) return this.focus(last.id);
    return this.go(this.lane, start - this.grid.step);
  }

  /** An hour on, and out of a card that lasts longer. */
  hour(session, minutes) {
    if (this.inTray(session)) return this.alongTray(Math.sign(minutes));
    const there = this.minute + minutes;
    return this.go(this.lane, minutes > 0 && session ? Math.max(there, session.end) : there);
  }

  /** First the card beside this one in the same column, then the next column. */
  sideways(session, direction) {
    if (this.inTray(session)) return direction > 0 ? this.stop?.focus() : undefined;
    if (session) {
      const { stacks } = this.grid;
      const next = this.grid
        .sessionsIn(this.lane)
        .filter((other) => other.start < session.end && session.start < other.end)
        .find((other) => stacks.get(other.id) === stacks.get(session.id) + direction);
      if (next) return this.focus(next.id);
    }
    const { columns } = this.grid;
    const lane = columns[columns.indexOf(this.lane) + direction];
    if (lane) return this.go(lane, this.minute, { stack: direction > 0 ? 0 : 99 });
    return direction < 0 ? this.toTray() : undefined;
  }

  nextCard(direction) {
    const ahead = (session) => (session.start - this.minute) * direction > 0;
    const sessions = this.grid.sessionsIn(this.lane).filter(ahead);
    const next = direction > 0 ? sessions[0] : sessions.at(-1);
    if (next) this.focus(next.id);
  }

  toTray() {
    const face = this.grid.tray?.querySelector("[data-face][tabindex='0']");
    if (!face || document.activeElement === face) this.stop?.focus();
    else face.focus();
  }

  alongTray(direction) {
    const faces = [...this.grid.tray.querySelectorAll("[data-face]")];
    faces[faces.indexOf(document.activeElement) + direction]?.focus();
  }

  create(session) {
    const inGrid = this.desk.layout === "grid" && !this.inTray(session);
    this.desk.create(this.lane ?? this.grid.columns[0], inGrid ? (session?.end ?? this.minute) : null);
  }

  pickUp(session, kind) {
    const liftable = this.desk.mayLift(session) && this.desk.layout === "grid";
    if (!liftable) return this.desk.dialogs.open(session);
    const hand = new Hand(this.desk, session, kind);
    hand.focus = document.activeElement;
    return this.desk.lift(hand);
  }

  // --- With a card in the hand -------------------------------------------------------------

  carrying = {
    ArrowUp: () => this.carry((hand) => this.step(hand, -this.grid.step)),
    ArrowDown: () => this.carry((hand) => this.step(hand, this.grid.step)),
    PageUp: () => this.carry((hand) => this.step(hand, -HOUR)),
    PageDown: () => this.carry((hand) => this.step(hand, HOUR)),
    ArrowLeft: () => this.carry((hand) => this.toColumn(hand, -1)),
    ArrowRight: () => this.carry((hand) => this.toColumn(hand, 1)),
    Home: () => this.carry((hand) => hand.to(this.grid.columns[0], hand.start, hand.span)),
    End: () => this.carry((hand) => hand.to(this.grid.columns.at(-1), hand.start, hand.span)),
    "+": () => this.carry((hand) => this.stretch(hand, 0, 1)),
    "=": () => this.carry((hand) => this.stretch(hand, 0, 1)),
    "-": () => this.carry((hand) => this.stretch(hand, 0, -1)),
    ">": () => this.carry((hand) => this.stretch(hand, 1, 0)),
    "<": () => this.carry((hand) => this.stretch(hand, -1, 0)),
    "[": () => this.carry((hand) => this.aside(hand, -1)),
    "]": () => this.carry((hand) => this.aside(hand, 1)),
    t: () => this.carry((hand) => this.grid.tray && hand.to(this.grid.tray, 0, hand.length)),
    s: () => this.carry((hand) => hand.over(this.below(hand))),
    Enter: () => this.desk.drop(),
    " ": () => this.desk.drop(),
    Escape: () => this.desk.putBack(),
    Tab: () => {},
  };

  carry(turn) {
    const { hand } = this.desk;
    if (hand.pointer || !turn(hand)) return;
    if (!hand.ghost.hidden) hand.ghost.scrollIntoView({ block: "nearest", inline: "nearest" });
    this.desk.carried();
  }

  step(hand, minutes) {
    const lane = this.grid.laneOf(hand.place);
    if (!lane || lane === this.grid.tray) return false;
    return hand.to(lane, hand.start + minutes, hand.span);
  }

  /** Steps by which the beginning and the end move. */
  stretch(hand, top, bottom) {
    const { day, start, end } = hand.place;
    if (!day) return false;
    const { step } = this.grid;
    return top ? hand.resizeTop(start + top * step) : hand.resize(end + bottom * step);
  }

  toColumn(hand, direction) {
    const { lanes } = this.grid;
    const next = lanes[lanes.indexOf(this.grid.laneOf(hand.place)) + direction];
    return next ? hand.to(next, hand.start, hand.span) : false;
  }

  /** The dimension without columns: the venue where these are days, the day where they are venues. */
  aside(hand, direction) {
    const { model } = this.desk;
    if (!hand.place.day) return false;
    if (this.grid.view === "day") {
      const days = model.facts.days.filter((day) => model.legOfDay(day.key)?.editable);
      const next = days[days.findIndex((day) => day.key === hand.place.day) + direction];
      if (!next) return false;
      return hand.put({ ...hand.place, day: next.key, leg: model.legOfDay(next.key).id });
    }
    const { city } = model.leg(hand.place.leg);
    const here = [...model.venues.values()].filter((venue) => venue.city === city);
    const venues = [null, ...here.map((venue) => venue.id)];
    const at = venues.indexOf(hand.place.venue) + direction;
    return hand.put({ ...hand.place, venue: venues.at(at % venues.length) });
  }

  below(hand) {
    const { place } = hand;
    if (hand.swap || !place.day) return null;
    const lane = this.grid.laneOf(place);
    return this.grid
      .sessionsIn(lane)
      .find((s) => s.id !== hand.session.id && s.start < place.end && place.start < s.end);
  }

  /** Back to a session after its card has been moved about in the page. */
  return(session) {
    if (this.grid.laneOf(placeOf(session))) this.focus(session.id);
  }
}
