// Every change of a session: at once on the board, then at the server, and back on anything but yes.

import { placeFacts, placeOf } from "./board-model.js";
import { Refused } from "./board-server.js";
import { DAY, filled, timeText } from "./board-time.js";

export class Changes {
  constructor(desk) {
    this.desk = desk;
  }

  /** Moves the card at once, asks the server, and puts it back on anything but yes. */
  async change(session, place, version = session.version, extra = {}) {
    const { desk } = this;
    const from = placeOf(session);
    const facts = { ...placeFacts(place, from), ...extra };
    if (!desk.model.editable(session)) {
      desk.dialogs.propose(session, facts, this.proposal(session, place));
      return;
    }
    desk.news.settle(Object.assign(session, place));
    desk.news.saving(session.id, true);
    desk.tell(desk.say("saving", session));
    try {
      this.changed(session, from, await desk.server.patch(session.id, { version, ...facts }));
    } catch (problem) {
      desk.news.settle(Object.assign(desk.model.sessions.get(session.id) ?? session, from));
      this.refuse(session, problem, facts, (newest) => this.change(session, place, newest, extra));
    } finally {
      desk.news.saving(session.id, false);
    }
  }

  /** From the dialog: nothing moves before the server has said yes. */
  async edit(session, place, facts) {
    const { desk } = this;
    const from = placeOf(session);
    if (Object.keys(facts).length === 0) return;
    if (!desk.model.editable(session)) {
      setTimeout(() => desk.dialogs.propose(session, facts, this.proposal(session, place)));
      return;
    }
    const body = { version: session.version, ...facts };
    this.changed(session, from, await desk.server.patch(session.id, body));
  }

  changed(session, from, answer) {
    const { desk } = this;
    desk.news.takeAll([answer, ...answer.changed]);
    const now = desk.model.sessions.get(session.id);
    const marks = desk.model.open(now).map((clash) => clash.message).join(" ");
    const text = desk.say("moved", now, { where: desk.where(now) });
    desk.tell(marks ? `${text} ${filled(desk.words.marks, { marks })}` : text, {
      actions: [...this.along(now, from), this.undoAction()],
    });
    this.after();
  }

  /** Offers to shift the transfers that lay right before and after, by as much. */
  along(session, from) {
    const { desk } = this;
    const place = placeOf(session);
    const beside = place.day ? desk.model.transfersBeside({ ...session, ...from }, from) : [];
    const moves = beside
      .map(({ transfer, end }) => ({ transfer, by: place[end] - from[end], day: place.day }))
      .filter(({ by, day }) => by !== 0 || day !== from.day)
      .filter(({ transfer, by }) => transfer.start + by >= 0 && transfer.end + by <= DAY);
    if (!moves.length) return [];
    const times = moves.map(({ transfer }) => timeText(transfer)).join(", ");
    const word = moves.length > 1 ? "transfers_along" : "transfer_along";
    const run = () =>
      this.several(
        moves.map((move) => this.shifted(move, place.leg === from.leg ? null : place.leg)),
        desk.words.transfers_moved,
      ).catch((problem) => this.refuse(moves[0].transfer, problem));
    return [{ label: filled(desk.words[word], { times }), run }];
  }

  /** A transfer as it is told to move; `leg`: the session has gone to another one. */
  shifted({ transfer, by, day }, leg) {
    const from = placeOf(transfer);
    const there = { ...from, day, start: from.start + by, end: from.end + by, leg: leg ?? from.leg };
    return { id: transfer.id, version: transfer.version, ...placeFacts(there, from) };
  }

  async several(changes, said) {
    const { desk } = this;
    const answer = await desk.server.post(desk.server.url("batch"), { changes });
    desk.news.takeAll([...answer.sessions, ...answer.changed]);
    desk.tell(said, { actions: [this.undoAction()] });
    this.after();
  }

  /** Two sessions change places: times, venue and leg, each with its own length. */
  async swap(one, other) {
    const { desk } = this;
    const to = (session, place) => {
      const length = session.end - session.start;
      const there = { ...place, end: Math.min(DAY, place.start + length) };
      return { id: session.id, version: session.version, ...placeFacts(there, placeOf(session)) };
    };
    const [here, there] = [placeOf(one), placeOf(other)];
    const said = desk.say("swapped", one, { other: desk.model.title(other) });
    await this.several([to(one, there), to(other, here)], said);
  }

  async copy(session, facts) {
    const { desk } = this;
    const shape = await desk.server.post(desk.server.url("copy", session.id), facts);
    this.arrived(shape, "copied");
  }

  async add(facts) {
    const { desk } = this;
    this.arrived(await desk.server.post(desk.server.url("sessions"), facts), "added");
  }

  arrived(shape, word) {
    const { desk } = this;
    desk.news.takeAll([shape, ...(shape.changed ?? [])]);
    const session = desk.model.sessions.get(shape.id);
    const marks = desk.model.open(session).map((clash) => clash.message).join(" ");
    const text = desk.say(word, session, { where: desk.where(session) });
    desk.tell(marks ? `${text} ${filled(desk.words.marks, { marks })}` : text, {
      actions: [this.undoAction()],
    });
    desk.live.marks();
    this.after();
    // The dialog gives the focus back when it closes; only then is it this card's.
    setTimeout(() => desk.keys.return(session));
  }

  async split(session, waves) {
    const { desk } = this;
    const answer = await desk.server.post(desk.server.url("waves", session.id), {
      version: session.version,
      waves,
    });
    desk.news.takeAll([...answer.sessions, ...answer.changed]);
    desk.tell(desk.say("split", session, { n: waves.length }), { actions: [this.undoAction()] });
    this.after();
  }

  async cancel(session, reason) {
    const { desk } = this;
    const body = { version: session.version, state: "cancelled", reason };
    const answer = await desk.server.patch(session.id, body);
    desk.news.takeAll([answer, ...answer.changed]);
    desk.tell(desk.say("cancelled", session), { actions: [this.undoAction()] });
    this.after();
  }

  async remove(session) {
    const { desk } = this;
    const address = desk.server.url("session", session.id);
    await desk.server.ask("DELETE", `${address}?version=${session.version}`);
    desk.news.gone([session.id]);
    desk.tell(desk.say("deleted", session), { actions: [this.undoAction()] });
    desk.live.marks();
    this.after();
  }

  async repair(offer) {
    const { desk } = this;
    try {
      const { changes, text } = offer;
      const answer = await desk.server.post(desk.server.url("repairs"), { changes });
      desk.news.takeAll([...answer.sessions, ...answer.changed]);
      desk.tell(filled(desk.words.repaired, { text }), { actions: [this.undoAction()] });
      this.after();
    } catch (problem) {
      this.refuse(null, problem);
    }
  }

  async propose(session, facts, note) {
    const { desk } = this;
    const body = { session: session.id, version: session.version, facts, note };
    await desk.server.post(desk.server.url("proposals"), body);
    desk.tell(desk.say("proposed", session));
  }

  proposal(session, place) {
    const { desk } = this;
    const moved = { ...session, ...place };
    return desk.say("proposes", session, { where: desk.where(moved) });
  }

  undoAction() {
    return { label: this.desk.words.undo, run: () => this.turnBack("undo") };
  }

  async turnBack(which) {
    const { desk } = this;
    if (desk.hand) return;
    try {
      const answer = await desk.server.post(desk.server.url(which));
      const { sessions } = desk.model;
      const written = answer.sessions.filter(
        (shape) => sessions.get(shape.id)?.version !== shape.version,
      );
      const left = answer.gone.map((id) => sessions.get(id)).filter(Boolean);
      const titles = [...written, ...left].map((shape) => desk.model.title(shape));
      desk.news.takeLog(answer, false);
      const known = written.map((shape) => sessions.get(shape.id)).filter(Boolean);
      const where = known.map((session) => desk.where(session)).join(desk.words.between);
      const words = { titles: titles.join(desk.words.between), where };
      desk.tell(filled(desk.words[`${which}_done`], words));
      this.after();
    } catch (problem) {
      this.refuse(null, problem);
    }
  }

  refuse(session, problem, mine = {}, again = null) {
    const { desk } = this;
    if (!(problem instanceof Refused)) throw problem;
    if (this.outside(problem, session, mine, again)) return;
    const message = problem.clashes.map((clash) => clash.message).join(" ") || problem.message;
    const unheard = problem.status === 0 || problem.status >= 500;
    const text = unheard ? desk.words.no_answer : message;
    const wanted = problem.code === "clash" && session && mine.starts_at;
    const ways = { label: desk.words.ways, run: () => desk.dialogs.ways(session, mine) };
    desk.tell(session ? desk.say("stays", session, { message: text }) : text, {
      hard: true,
      actions: wanted ? [ways] : [],
    });
  }

  /** Refusals that lead somewhere: theirs against mine, and the consent of another host. */
  outside(problem, session, mine = {}, again = null) {
    const { desk } = this;
    if (problem.code === "stale" && problem.current) {
      const known = desk.model.sessions.get(problem.current.id);
      desk.news.takeAll([problem.current]);
      desk.tell(desk.say("stale", known), { hard: true });
      if (Object.keys(mine).length === 0) return true;
      const save = again ?? ((version) => this.saveOnTop(known, mine, version));
      desk.dialogs.choose(known, problem, mine, () => save(problem.current.version));
      return true;
    }
    if (problem.code === "needs_consent" && session) {
      desk.dialogs.propose(session, mine, desk.say("proposes", session, { where: "" }));
      return true;
    }
    return false;
  }

  async saveOnTop(session, mine, version) {
    const from = placeOf(session);
    try {
      this.changed(session, from, await this.desk.server.patch(session.id, { version, ...mine }));
    } catch (problem) {
      this.refuse(session, problem, mine);
    }
  }

  /** After a change of mine the log is read at once, and what stands around a bit later. */
  after() {
    const { desk } = this;
    desk.live.ask();
    desk.live.soon();
  }
}
