// The dialog of one session, known or new: the third way to do everything.

import { placeFacts, placeOf } from "./board-model.js";
import { Picker } from "./board-picker.js";
import { Sheet } from "./board-sheet.js";
import { DAY, clock, minutesOf } from "./board-time.js";

const LUNCH = [11 * 60, 13 * 60 + 30];
const DINNER = [17 * 60, 19 * 60 + 30];
const within = ([from, until], minute) => minute >= from && minute < until;

export class SessionSheet extends Sheet {
  constructor(desk) {
    super("slot-dialog");
    this.desk = desk;
    this.model = desk.model;
    if (!this.form) return;
    this.speakers = new Picker(this.part("picker='speakers'"), this.model.speakers);
    this.groups = new Picker(this.part("picker='groups'"), this.model.groups);
    this.part("picker='groups'").hidden = this.model.groups.size === 0;
    this.control("kind").addEventListener("change", () => this.kindChosen());
    this.control("day").addEventListener("change", () => this.dayChosen());
    for (const name of ["start", "end", "minutes"]) {
      this.control(name).addEventListener("input", () => this.sum(name));
    }
    this.dialog.addEventListener("close", () => {
      this.session = null;
    });
  }

  /** A new session at a lane and minute; without a minute it goes to the tray. */
  create(place, minutes) {
    this.session = null;
    this.leg = place.leg;
    this.drawn = minutes;
    this.dialog.dataset.mode = "new";
    this.part("slot-title").textContent = this.model.words.new_session;
    this.part("slot-facts").textContent = "";
    this.part("slot-clashes").replaceChildren();
    this.control("kind").value = this.guess(place);
    this.control("title").value = "";
    this.control("day").value = place.day;
    this.venues();
    this.control("start").value = place.day ? clock(place.start) : "";
    this.control("venue").value = place.venue ?? "";
    this.fixedVenue = place.venue !== null;
    this.speakers.value = [];
    this.groups.value = [];
    this.kindChosen();
    this.form.hidden = false;
    this.open();
    this.control("title").focus();
    this.control("title").select();
  }

  edit(session) {
    this.session = session;
    this.leg = session.leg;
    const editable = this.desk.mayLift(session);
    this.dialog.dataset.mode = editable ? "edit" : "read";
    this.part("slot-title").textContent = this.model.title(session);
    this.part("slot-facts").textContent = this.desk.cards.line(session);
    for (const link of this.dialog.querySelectorAll("[data-slot-edit]")) {
      link.href = this.desk.server.url("page", session.id);
    }
    this.desk.clashes.fill(this.part("slot-clashes"), session, this.dialog);
    if (this.form) this.fill(session, editable);
    this.open();
  }

  fill(session, editable) {
    this.form.hidden = !editable;
    this.control("kind").value = session.kind;
    this.control("title").value = this.model.title(session);
    this.control("day").value = session.day;
    this.venues();
    this.control("start").value = session.day ? clock(session.start) : "";
    this.control("end").value = session.day ? clock(session.end) : "";
    this.control("minutes").value = this.model.minutes(session);
    this.control("venue").value = session.venue ?? "";
    this.speakers.value = session.speakers;
    this.groups.value = session.groups;
    this.swaps(session);
  }

  /** Meals at the hours of meals, unless there is one; else what was made last. */
  guess({ day, start }) {
    const meals = [...this.model.sessions.values()].filter((s) => s.kind === "meal" && s.day === day);
    for (const hours of [LUNCH, DINNER]) {
      const taken = meals.some((s) => within(hours, s.start));
      if (day && within(hours, start) && !taken) return "meal";
    }
    return this.desk.memory.kind ?? "lecture";
  }

  kindChosen() {
    if (this.session) return;
    const kind = this.control("kind").value;
    const start = minutesOf(this.control("start").value);
    this.control("minutes").value =
      this.drawn ?? this.desk.memory.minutes?.[kind] ?? this.model.kinds.get(kind).minutes;
    this.sum("minutes");
    const title = this.control("title");
    const usual = this.model.facts.meals;
    if (kind === "meal" && !title.value) title.value = usual[start > LUNCH[1] ? 1 : 0][this.lang];
    else if (kind !== "meal" && usual.flat().includes(title.value)) title.value = "";
    const remembered = this.desk.memory.venues?.[`${this.leg} ${kind}`];
    if (!this.fixedVenue) this.control("venue").value = remembered ?? "";
  }

  get lang() {
    return this.model.facts.english ? 1 : 0;
  }

  /** From, until and length: two of them give the third. */
  sum(changed) {
    const start = minutesOf(this.control("start").value);
    const length = Number(this.control("minutes").value);
    if (start === null) return;
    if (changed === "end") {
      const end = minutesOf(this.control("end").value);
      if (end > start) this.control("minutes").value = end - start;
    } else if (length > 0) {
      this.control("end").value = clock(Math.min(DAY, start + length));
    }
  }

  dayChosen() {
    const day = this.control("day").value;
    const leg = this.model.legOfDay(day);
    if (leg && day !== this.session?.day) this.leg = leg.id;
    this.venues();
  }

  /** The venues of the leg's city first. */
  venues() {
    const select = this.control("venue");
    const kept = select.value;
    const { city } = this.model.leg(this.leg);
    const [here, there] = select.querySelectorAll("optgroup");
    here.label = this.model.leg(this.leg).name;
    const all = [...this.model.venues.values()];
    const option = (venue) => new Option(venue.name, venue.id);
    here.replaceChildren(...all.filter((venue) => venue.city === city).map(option));
    there.replaceChildren(...all.filter((venue) => venue.city !== city).map(option));
    there.hidden = there.children.length === 0;
    select.value = kept;
  }

  swaps(session) {
    const select = this.control("swap");
    const others = [...this.model.sessions.values()].filter(
      (other) => other.id !== session.id && other.day && this.model.editable(other),
    );
    others.sort((a, b) => a.day.localeCompare(b.day) || a.start - b.start);
    select.replaceChildren(
      new Option("", ""),
      ...others.map((other) => {
        const when = `${this.model.dayLabel(other.day)} ${this.model.timeText(other)}`;
        return new Option(`${when} ${this.model.title(other)}`, other.id);
      }),
    );
    select.closest(".field").hidden = !session.day || others.length === 0;
  }

  /** The place as the form says it, or null after telling which control is wrong. */
  place() {
    const day = this.control("day").value;
    const venue = this.control("venue").value ? Number(this.control("venue").value) : null;
    if (!day) return { day: "", start: null, end: null, venue, leg: this.leg };
    const start = minutesOf(this.control("start").value);
    const end = minutesOf(this.control("end").value);
    if (start === null || end === null || end <= start) {
      const wrong = start === null ? "start" : "end";
      this.blame(this.model.words.times_wrong, this.control(wrong));
      return null;
    }
    return { day, start, end, venue, leg: this.leg };
  }

  send(todo) {
    const { session, desk } = this;
    if (session && todo === "waves") return this.leaveFor(() => desk.dialogs.waves(session));
    if (session && todo === "cancel") return this.leaveFor(() => desk.dialogs.cancel(session));
    if (session && todo === "copy") return this.trying(() => desk.changes.copy(session, {}));
    const swap = this.control("swap").value;
    if (session && todo === "swap") {
      const other = this.model.sessions.get(Number(swap));
      if (!other) return this.control("swap").focus();
      return this.trying(() => desk.changes.swap(session, other));
    }
    const place = this.place();
    const title = this.control("title").value.trim();
    if (!place) return undefined;
    if (!title) return this.blame(this.model.words.title_missing, this.control("title"));
    return this.trying(() => this.save(place, title));
  }

  leaveFor(next) {
    this.dialog.close();
    next();
  }

  save(place, title) {
    const kind = this.control("kind").value;
    const people = { speakers: this.speakers.value, groups: this.groups.value };
    if (this.session) {
      const extra = this.changed({ kind, title, ...people });
      this.mine = { ...placeFacts(place, placeOf(this.session)), ...extra };
      return this.desk.changes.edit(this.session, place, this.mine);
    }
    this.desk.memory.remember(kind, place, Number(this.control("minutes").value));
    const usual = this.model.facts.meals.find((names) => names.includes(title));
    const [zh, en] = usual ?? [title, undefined];
    const facts = { kind, title: zh, ...(en ? { title_en: en } : {}), ...people };
    return this.desk.changes.add({ ...facts, ...placeFacts(place), leg: place.leg });
  }

  /** What of the words and people differs from the session. */
  changed(facts) {
    const { session } = this;
    const known = { ...session, title: this.model.title(session) };
    const found = {};
    for (const [name, value] of Object.entries(facts)) {
      if (JSON.stringify(value) !== JSON.stringify(known[name])) found[name] = value;
    }
    if (found.title && this.model.facts.english && session.title_en) {
      found.title_en = found.title;
      delete found.title;
    }
    return found;
  }

  refused(problem) {
    const { session } = this;
    if (this.desk.changes.outside(problem, session, this.mine)) this.dialog.close();
    else super.refused(problem);
  }
}
