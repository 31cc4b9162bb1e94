// A card: what it says about its session. The server has drawn those it knew; the same element is
// filled in anew when a session changes, and cloned from a template for a new one.

import { filled } from "./board-time.js";

export class Cards {
  constructor(board, model) {
    this.board = board;
    this.model = model;
    this.words = model.words;
    this.template = document.getElementById("card-template");
    this.known = new Map();
    for (const card of board.querySelectorAll("[data-card]")) this.know(card);
  }

  know(card) {
    this.known.set(Number(card.dataset.id), card);
    return card;
  }

  of(id) {
    return this.known.get(id);
  }

  face(id) {
    return this.of(id)?.firstElementChild;
  }

  session(element) {
    const card = element?.closest("[data-card]");
    return card ? this.model.sessions.get(Number(card.dataset.id)) : undefined;
  }

  /** The card of a session, made when there is none yet. */
  made(session) {
    const known = this.of(session.id);
    if (known) return known;
    const card = this.template.content.firstElementChild.cloneNode(true);
    card.dataset.id = session.id;
    card.id = `session-${session.id}`;
    for (const link of card.querySelectorAll("a")) {
      link.href = this.model.facts.urls.page.replace("/0/", `/${session.id}/`);
    }
    return this.know(card);
  }

  forget(id) {
    this.of(id)?.remove();
    this.known.delete(id);
  }

  paint(session) {
    const card = this.made(session);
    const { model } = this;
    const write = (name, text) => {
      card.querySelector(`[data-${name}]`).textContent = text;
    };
    card.dataset.title = model.title(session);
    card.className = `slot kind-${session.kind}`;
    card.classList.toggle("is-cancelled", session.cancelled);
    card.toggleAttribute("data-editable", model.editable(session));
    write("time", model.timeText(session));
    write("name", card.dataset.title);
    write("kind", model.kinds.get(session.kind).word);
    write("place", model.venueName(session.venue));
    write("people", model.names(model.speakers, session.speakers));
    write("audience", model.names(model.groups, session.groups));
    if (!session.cancelled) card.querySelector(".slot-note")?.remove();
    this.paintMarks(session);
    this.paintState(session);
    return card;
  }

  paintMarks(session) {
    const card = this.of(session.id);
    if (!card) return;
    const open = this.model.open(session);
    const hard = open.some((clash) => clash.severity === "hard");
    card.classList.toggle("is-hard", hard);
    card.classList.toggle("is-soft", open.length > 0 && !hard);
    card
      .querySelector("[data-marks]")
      .replaceChildren(...session.clashes.map((clash) => this.mark(clash)));
  }

  mark(clash) {
    const mark = document.createElement("span");
    mark.className = "slot-mark";
    mark.classList.toggle("is-hard", clash.severity === "hard");
    mark.classList.toggle("is-accepted", clash.accepted);
    const word = document.createElement("b");
    const message = document.createElement("span");
    word.textContent = this.model.facts.codes[clash.code] ?? clash.code;
    message.textContent = clash.message;
    mark.append(word, " ", message);
    return mark;
  }

  paintState(session) {
    const badge = this.of(session.id)?.querySelector("[data-state]");
    if (!badge) return;
    const state = session.cancelled ? "" : (this.model.states.get(session.id) ?? "");
    badge.className = state ? `slot-state is-${state}` : "slot-state";
    badge.textContent = state ? this.model.facts.states[state] : "";
  }

  /** Shows for a moment that somebody else has changed this card. */
  flash(id) {
    const card = this.of(id);
    if (!card) return;
    card.classList.remove("is-new");
    // Restarting an animation needs one look at the layout.
    void card.offsetWidth;
    card.classList.add("is-new");
    setTimeout(() => card.classList.remove("is-new"), 4000);
  }

  /** Who holds which card: an outline with the name. */
  hold(people) {
    for (const card of this.board.querySelectorAll("[data-card][data-by]")) delete card.dataset.by;
    for (const { name, session } of people) {
      const card = session && this.of(session);
      if (card) card.dataset.by = name;
    }
  }

  /** Lights what a session clashes with, while it is pointed at or focused. */
  light(session) {
    for (const lit of this.board.querySelectorAll(".is-lit")) lit.classList.remove("is-lit");
    if (!session) return;
    for (const clash of this.model.open(session)) {
      for (const id of clash.sessions) if (id !== session.id) this.of(id)?.classList.add("is-lit");
    }
  }

  /** What the card says, in one line. */
  line(session) {
    const { model, words } = this;
    return [
      model.timeText(session),
      model.kinds.get(session.kind).word,
      model.venueName(session.venue),
      model.names(model.speakers, session.speakers),
      model.names(model.groups, session.groups) || words.everyone,
    ]
      .filter(Boolean)
      .join(" · ");
  }

  say(template, session, more = {}) {
    return filled(template, { title: this.model.title(session), ...more });
  }
}
