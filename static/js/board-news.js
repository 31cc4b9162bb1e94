// What the server says: changed sessions, who is here, what can be undone, marks, confirmations.

import { filled } from "./board-time.js";

export class News {
  constructor(desk) {
    this.desk = desk;
    this.undoButton = document.querySelector("[data-turn-back=undo]");
    this.redoButton = document.querySelector("[data-turn-back=redo]");
  }

  saving(id, on) {
    this.desk.cards.of(id)?.classList.toggle("is-saving", on);
  }

  settle(session) {
    const { desk } = this;
    const card = desk.cards.made(session);
    const focused = card.contains(document.activeElement);
    desk.cards.paint(session);
    desk.grid.settle(session);
    if (desk.layout === "grid" && !focused) desk.cards.face(session.id).tabIndex = -1;
    if (focused && card.isConnected) desk.cards.face(session.id).focus({ preventScroll: true });
  }

  takeAll(shapes) {
    const { desk } = this;
    for (const shape of shapes) {
      const known = desk.model.sessions.get(shape.id);
      if (known && known.version > shape.version) continue;
      this.settle(desk.model.take(shape));
    }
    this.count();
  }

  gone(ids) {
    const { desk } = this;
    for (const id of ids) {
      const session = desk.model.sessions.get(id);
      if (!session) continue;
      const lane = desk.cards.of(id)?.closest("[data-lane]");
      desk.model.sessions.delete(id);
      desk.cards.forget(id);
      if (lane) desk.grid.layLane(lane);
    }
    if (desk.layout === "grid" && desk.keys.stop?.isConnected === false) desk.keys.begin();
    this.count();
  }

  /** The log: what I hold stays in my hand, marked; it is decided when I drop it. */
  takeLog(answer, foreign) {
    const { desk } = this;
    if (answer.reload) {
      this.startAgain();
      return;
    }
    const held = desk.hand?.session.id;
    const known = (shape) => desk.model.sessions.get(shape.id);
    const here = answer.sessions.filter((shape) => known(shape) || desk.model.shows(shape));
    const news = here.filter((shape) => !(known(shape)?.version >= shape.version));
    this.takeAll(here.filter((shape) => shape.id !== held));
    this.gone(answer.gone.filter((id) => id !== held));
    if (news.some((shape) => shape.id === held) || answer.gone.includes(held)) {
      const name = this.holder(answer.people, held);
      desk.hand.warn(filled(desk.words.changed_by, { name }));
      const sessions = news.filter((shape) => shape.id === held);
      (desk.waiting ??= []).push([{ ...answer, sessions }, false]);
    }
    this.takePeople(answer.people);
    this.takeUndo(answer);
    if (foreign && (news.length || answer.gone.length)) this.showNews(news);
  }

  showNews(news) {
    const { desk } = this;
    for (const shape of news) desk.cards.flash(shape.id);
    const titles = news.map((shape) => desk.model.title(shape)).join(desk.words.between);
    if (titles && !desk.hand) desk.tell(filled(desk.words.changed_by_others, { titles }));
    desk.live.soon();
  }

  holder(people, id) {
    const holder = people.find((person) => person.session === id);
    const [only] = people.length === 1 ? people : [];
    return (holder ?? only)?.name ?? this.desk.words.somebody;
  }

  /** Too much has happened to tell: the page is read anew, as soon as nothing would be lost. */
  startAgain() {
    const { desk } = this;
    const busy = desk.hand || document.querySelector("dialog[open]");
    if (busy) desk.tell(desk.words.reload, { hard: true });
    else location.reload();
  }

  takePeople(people) {
    const { desk } = this;
    const others = people.filter((one) => one.id !== desk.model.facts.me);
    desk.cards.hold(others);
    const names = others.map((one) => one.name);
    const box = document.querySelector("[data-people]");
    if (!box || box.dataset.names === names.join("\n")) return;
    box.dataset.names = names.join("\n");
    box.replaceChildren(
      ...names.map((name) => {
        const chip = document.createElement("li");
        chip.textContent = name;
        return chip;
      }),
    );
  }

  takeUndo({ undo, redo }) {
    const { desk } = this;
    for (const [button, act, word] of [
      [this.undoButton, undo, "undo"],
      [this.redoButton, redo, "redo"],
    ]) {
      if (!button) continue;
      button.setAttribute("aria-disabled", String(!act));
      const label = desk.words[word];
      button.title = act ? filled(desk.words.of, { act: label, title: act.title }) : label;
      button.querySelector("[data-what]").textContent = act ? act.title : "";
    }
  }

  takeMarks(clashes) {
    const { desk } = this;
    for (const session of desk.model.mark(clashes)) desk.cards.paintMarks(session);
    this.count();
  }

  takeStanding({ draft, slots }) {
    const { desk } = this;
    const badge = document.querySelector("[data-draft]");
    if (badge) {
      badge.querySelector("[data-draft-words]").textContent = draft;
      badge.hidden = draft === "";
    }
    desk.model.states = new Map(Object.entries(slots).map(([id, state]) => [Number(id), state]));
    for (const session of desk.model.sessions.values()) desk.cards.paintState(session);
  }

  /** Whether the last look at the server went well. */
  reached(well) {
    const { desk } = this;
    const away = desk.board.classList.contains("is-away");
    desk.board.classList.toggle("is-away", !well);
    if (away === !well || desk.hand) return;
    desk.tell(well ? desk.words.here_again : desk.words.away, { hard: !well });
  }

  /** The sums above the board. */
  count() {
    const { desk } = this;
    const sums = { all: 0, hard: 0, soft: 0 };
    for (const session of desk.model.sessions.values()) {
      if (session.cancelled || !desk.model.shows(session)) continue;
      const open = desk.model.open(session);
      const hard = open.some((clash) => clash.severity === "hard");
      sums.all += 1;
      sums[hard ? "hard" : "soft"] += open.length > 0;
    }
    for (const sum of document.querySelectorAll("[data-sum]")) {
      const n = sums[sum.dataset.sum];
      sum.textContent = filled(desk.words[`sum_${sum.dataset.sum}`], { n });
      sum.hidden = n === 0 && sum.dataset.sum !== "all";
    }
  }
}
