// What the modules of the board share: the model, the words, and what is in the hand.

import { Cards } from "./board-card.js";
import { Changes } from "./board-changes.js";
import { Clashes } from "./board-clashes.js";
import { Dialogs } from "./board-dialogs.js";
import { Grid } from "./board-grid.js";
import { COPY, DRAW } from "./board-hand.js";
import { Keys } from "./board-keys.js";
import { Looks, Memory } from "./board-looks.js";
import { Model, placeFacts, placeOf, samePlace } from "./board-model.js";
import { News } from "./board-news.js";
import { Server } from "./board-server.js";
import { filled, timeText } from "./board-time.js";

export class Desk {
  constructor(board) {
    this.board = board;
    const facts = JSON.parse(document.getElementById("board-facts").textContent);
    this.model = new Model(facts);
    this.words = facts.words;
    this.server = new Server(facts.urls, board.dataset.token);
    this.cards = new Cards(board, this.model);
    this.grid = new Grid(board, this.model, this.cards);
    this.clashes = new Clashes(this);
    this.dialogs = new Dialogs(this);
    this.text = board.querySelector("[data-live]");
    this.bar = this.text.parentElement;
    this.actions = board.querySelector("[data-actions]");
    this.quietUntil = 0;
    this.hand = null;
    this.waiting = null;
    this.layout = "list";
    this.memory = new Memory(facts.cohort);
    this.changes = new Changes(this);
    this.news = new News(this);
    this.looks = new Looks(this);
    this.keys = new Keys(this);
  }

  // --- Saying ------------------------------------------------------------------------------

  tell(text, { hard = false, actions = [] } = {}) {
    this.text.textContent = text;
    this.bar.classList.toggle("is-hard", hard);
    this.actions.replaceChildren(
      ...actions.map(({ label, run }) => {
        const button = document.createElement("button");
        button.type = "button";
        button.className = "button button-small";
        button.textContent = label;
        button.addEventListener("click", () => {
          button.disabled = true;
          run();
        });
        return button;
      }),
    );
  }

  say(template, session, more = {}) {
    return this.cards.say(this.words[template], session, more);
  }

  where(session) {
    if (!session.day) return this.words.tray;
    const column = this.grid.laneOf(session)?.dataset.label ?? this.model.dayLabel(session.day);
    return filled(this.words.where, { column, time: timeText(session) });
  }

  suppressClick() {
    this.quietUntil = performance.now() + 300;
  }

  clickSuppressed() {
    return performance.now() < this.quietUntil;
  }

  // --- What is in the hand -----------------------------------------------------------------

  /** Own legs are changed; for another host's leg a change is proposed. */
  mayLift(session) {
    if (!session || session.cancelled) return false;
    return this.model.editable(session) || this.model.facts.may_propose;
  }

  mayPlace(session, lane) {
    if (this.model.facts.may_propose) return true;
    return this.grid.view === "cohort" ? this.grid.legOf(lane).editable : true;
  }

  heldId() {
    return this.hand?.session.id || this.dialogs.heldId;
  }

  lift(hand) {
    this.hand = hand;
    this.cards.light(null);
    if (hand.kind === DRAW) return;
    this.tell(this.say("lifted", hand.session, { where: hand.words }));
    this.live.hello(hand.session.id);
  }

  carried() {
    const { words, warning } = this.hand;
    this.tell(warning ? `${words} · ${warning}` : words, { hard: warning !== "" });
  }

  letGo() {
    const { hand } = this;
    this.hand = null;
    hand.end();
    for (const [answer, foreign] of this.waiting ?? []) this.news.takeLog(answer, foreign);
    this.waiting = null;
    return hand;
  }

  putBack() {
    const { session, kind } = this.letGo();
    this.tell(kind === DRAW ? "" : this.say("back", session));
  }

  drop() {
    const { session, place, from, kind, swap } = this.hand;
    if (kind === DRAW) {
      this.letGo();
      this.dialogs.create(place, place.end - place.start);
      return;
    }
    const unmoved = samePlace(from, place) && !swap && kind !== COPY;
    const version = session.version;
    this.letGo();
    const refuse = (problem) => this.changes.refuse(session, problem);
    if (unmoved) this.tell(this.say("back", session));
    else if (kind === COPY) this.changes.copy(session, placeFacts(place)).catch(refuse);
    else if (swap) this.changes.swap(session, swap).catch(refuse);
    else this.changes.change(session, place, version);
  }

  /** What would be made at a lane and minute. */
  sketch(lane, minute, length) {
    const { grid, model } = this;
    const leg = grid.view === "cohort" ? grid.legOf(lane) : model.leg(model.facts.leg);
    if (!leg.editable) return null;
    const from = { day: "", start: null, end: null, venue: null, leg: leg.id };
    const place = minute === null ? from : grid.placeAt(from, lane, minute, length);
    const people = { speakers: [], groups: [] };
    return { id: 0, kind: "lecture", title: this.words.new_session, hours: 0, ...people, ...place };
  }

  createHere() {
    const lane = this.keys.lane ?? this.grid.columns[0];
    this.create(lane, this.layout === "grid" ? this.keys.minute : null);
  }

  create(lane, minute) {
    const sketch = this.sketch(lane, minute, 60);
    if (sketch) this.dialogs.create(placeOf(sketch));
    else this.tell(filled(this.words.other_leg, { leg: this.grid.legOf(lane).name }), { hard: true });
  }
}
