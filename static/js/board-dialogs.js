// The smaller dialogs: waves, cancelling, proposing, ways to a taken place, theirs against mine, keys.

import { placeFacts } from "./board-model.js";
import { SessionSheet } from "./board-session.js";
import { Sheet } from "./board-sheet.js";
import { DAY, clock, filled, minutesOf, timeText, wall } from "./board-time.js";

class WavesSheet extends Sheet {
  constructor(desk) {
    super("waves-dialog");
    this.desk = desk;
    this.model = desk.model;
    this.row = this.dialog.querySelector("template");
    this.rows = this.part("waves");
    this.control("count").addEventListener("change", () => this.draw());
    this.control("break").addEventListener("change", () => this.draw());
  }

  begin(session) {
    this.session = session;
    this.part("waves-title").textContent = filled(this.model.words.waves_of, {
      title: this.model.title(session),
    });
    const groups = session.groups.length ? session.groups : [...this.model.groups.keys()];
    this.groups = groups;
    this.control("count").max = Math.max(2, groups.length);
    this.control("count").value = Math.min(2, groups.length) || 2;
    this.draw();
    this.open();
  }

  /** One row a wave: one after the other, the groups spread evenly. */
  draw() {
    const { session, groups } = this;
    const count = Math.max(2, Number(this.control("count").value) || 2);
    const length = this.model.minutes(session);
    const step = length + (Number(this.control("break").value) || 0);
    const rows = Array.from({ length: count }, (_, index) => {
      const row = this.row.content.firstElementChild.cloneNode(true);
      const write = (name, value) => {
        row.querySelector(`[data-wave-${name}]`).value = value;
      };
      row.querySelector("[data-wave-number]").textContent = index + 1;
      const start = session.start === null ? null : session.start + index * step;
      write("start", start === null || start >= DAY ? "" : clock(start));
      write("end", start === null || start + length > DAY ? "" : clock(start + length));
      write("venue", session.venue ?? "");
      const share = groups.filter((_, at) => Math.floor((at * count) / groups.length) === index);
      row.querySelector("[data-wave-groups]").replaceChildren(
        ...groups.map((id) => this.choice(id, share.includes(id))),
      );
      return row;
    });
    this.rows.replaceChildren(...rows);
  }

  choice(id, checked) {
    const label = document.createElement("label");
    const box = document.createElement("input");
    Object.assign(box, { type: "checkbox", value: id, checked });
    label.className = "choice";
    label.append(box, this.model.groups.get(id) ?? "");
    return label;
  }

  send() {
    const waves = [];
    for (const row of this.rows.children) {
      const of = (name) => row.querySelector(`[data-wave-${name}]`);
      const [start, end] = [minutesOf(of("start").value), minutesOf(of("end").value)];
      const placed = this.session.day !== "";
      if (placed && (start === null || end === null || end <= start)) {
        this.blame(this.model.words.times_wrong, of(start === null ? "start" : "end"));
        return;
      }
      const times = placed ? placeFacts({ day: this.session.day, start, end }) : {};
      const groups = [...row.querySelectorAll("[data-wave-groups] :checked")];
      waves.push({
        groups: groups.map((box) => Number(box.value)),
        starts_at: times.starts_at ?? null,
        ends_at: times.ends_at ?? null,
        venue: of("venue").value ? Number(of("venue").value) : null,
      });
    }
    this.trying(() => this.desk.changes.split(this.session, waves));
  }
}

class CancelSheet extends Sheet {
  constructor(desk) {
    super("cancel-dialog");
    this.desk = desk;
  }

  begin(session) {
    this.session = session;
    this.part("cancel-title").textContent = this.desk.model.title(session);
    this.control("reason").value = "";
    this.open();
    this.control("reason").focus();
  }

  send(todo) {
    const { session, desk } = this;
    if (todo === "delete") return this.trying(() => desk.changes.remove(session));
    const reason = this.control("reason").value.trim();
    if (!reason) return this.blame(desk.model.words.reason_missing, this.control("reason"));
    return this.trying(() => desk.changes.cancel(session, reason));
  }
}

class ProposeSheet extends Sheet {
  constructor(desk) {
    super("propose-dialog");
    this.desk = desk;
  }

  begin(session, facts, text) {
    Object.assign(this, { session, facts });
    this.part("propose-what").textContent = text;
    this.control("note").value = "";
    this.open();
    this.control("note").focus();
  }

  send() {
    const note = this.control("note").value.trim();
    this.trying(() => this.desk.changes.propose(this.session, this.facts, note));
  }
}

/** Ways to a place that is taken: what else would have to move. */
class WaysSheet extends Sheet {
  constructor(desk) {
    super("ways-dialog");
    this.desk = desk;
  }

  begin(session, wanted) {
    this.part("ways-title").textContent = this.desk.model.title(session);
    this.open();
    this.desk.clashes.offers(this.part("ways"), session, this.dialog, wanted);
  }
}

/** Theirs and mine side by side, when somebody was faster. */
class StaleSheet extends Sheet {
  constructor(desk) {
    super("stale-dialog");
    this.desk = desk;
    this.part("keep-theirs").addEventListener("click", () => this.dialog.close());
    this.part("save-mine").addEventListener("click", () => {
      this.dialog.close();
      this.again();
    });
  }

  begin(session, problem, mine, again) {
    const { model } = this.desk;
    this.again = again;
    const name = problem.by || model.words.somebody;
    const title = model.title(session);
    this.part("stale-who").textContent = filled(model.words.stale_by, { name, title });
    const rows = this.rows(problem.current, mine);
    this.part("stale-rows").replaceChildren(...rows);
    this.open();
    this.part("keep-theirs").focus();
  }

  when(place) {
    const { model } = this.desk;
    return place.day ? `${model.dayLabel(place.day)} ${timeText(place)}` : model.words.tray;
  }

  rows(theirs, mine) {
    const { model } = this.desk;
    const { words } = model;
    const merged = { ...theirs, ...mine };
    const shown = {
      title: (s) => model.title(s),
      kind: (s) => model.kinds.get(s.kind).word,
      when: (s) => this.when(wall(s.starts_at, s.ends_at)),
      venue: (s) => model.venueName(s.venue) || "–",
      speakers: (s) => model.names(model.speakers, s.speakers) || "–",
      groups: (s) => model.names(model.groups, s.groups) || words.everyone,
    };
    return Object.entries(shown).map(([name, text]) => {
      const row = document.createElement("tr");
      const head = document.createElement("th");
      head.scope = "row";
      head.textContent = words.fields[name];
      const cells = [text(theirs), text(merged)].map((words) => {
        const cell = document.createElement("td");
        cell.textContent = words;
        return cell;
      });
      row.classList.toggle("is-different", cells[0].textContent !== cells[1].textContent);
      row.append(head, ...cells);
      return row;
    });
  }
}

export class Dialogs {
  constructor(desk) {
    this.desk = desk;
    this.session = new SessionSheet(desk);
    this.keys = document.getElementById("keys-dialog");
    if (!this.session.form) return;
    this.stale = new StaleSheet(desk);
    this.wave = new WavesSheet(desk);
    this.cancelling = new CancelSheet(desk);
    this.proposing = new ProposeSheet(desk);
    this.wayfinder = new WaysSheet(desk);
  }

  get heldId() {
    const sheets = [this.session, this.wave, this.cancelling];
    return sheets.find((sheet) => sheet?.dialog.open && sheet.session)?.session.id ?? null;
  }

  open(session) {
    this.session.edit(session);
  }

  create(place, minutes) {
    this.session.create(place, minutes);
  }

  waves(session) {
    this.wave.begin(session);
  }

  cancel(session) {
    this.cancelling.begin(session);
  }

  propose(session, facts, text) {
    this.proposing.begin(session, facts, text);
  }

  ways(session, wanted) {
    this.wayfinder.begin(session, wanted);
  }

  choose(session, problem, mine, again) {
    this.stale.begin(session, problem, mine, again);
  }

  help() {
    this.keys.showModal();
  }
}
