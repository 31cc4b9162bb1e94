// The clashes of one session: what is wrong, living with it for a reason, and ways out of it.

import { Refused } from "./board-server.js";
import { filled } from "./board-time.js";

const MOST_OFFERS = 4;
const WANTED = ["starts_at", "ends_at", "venue"];

export class Clashes {
  constructor(desk) {
    this.desk = desk;
    this.words = desk.model.words;
    this.template = document.getElementById("clash-template");
  }

  /** Draws the clashes of a session into a part of a dialog. */
  fill(box, session, dialog) {
    const cards = session.clashes.map((clash) => this.entry(clash, session, dialog));
    box.replaceChildren(...cards);
    const wanting = !session.day || this.desk.model.open(session).length > 0;
    if (this.desk.mayLift(session) && wanting) {
      const offers = document.createElement("div");
      offers.className = "offers";
      box.append(offers);
      this.offers(offers, session, dialog);
    }
  }

  entry(clash, session, dialog) {
    const entry = this.template.content.firstElementChild.cloneNode(true);
    const part = (name) => entry.querySelector(`[data-clash-${name}]`);
    const hard = clash.severity === "hard";
    entry.classList.toggle("is-hard", hard);
    entry.classList.toggle("is-accepted", clash.accepted);
    part("word").textContent = this.desk.model.facts.codes[clash.code] ?? clash.code;
    part("message").textContent = clash.message;
    part("reason").textContent = clash.reason ?? "";
    part("link").href = `${this.desk.server.url("clash_list")}#clash-${clash.key}`;
    this.others(part("others"), clash, session, dialog);
    const mine = this.desk.mayLift(session);
    part("accept").hidden = !mine || hard || clash.accepted;
    part("reopen").hidden = !mine || !clash.accepted;
    part("reopen").addEventListener("click", () => this.reopen(clash, dialog));
    part("form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.accept(clash, event.target, dialog);
    });
    return entry;
  }

  /** The other sessions, each a button that shows it. */
  others(box, clash, session, dialog) {
    const { model } = this.desk;
    const known = clash.sessions.map((id) => model.sessions.get(id));
    for (const other of known.filter((one) => one && one.id !== session.id)) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "button button-quiet button-small";
      button.textContent = `${model.title(other)} ${model.timeText(other)}`;
      button.addEventListener("click", () => {
        dialog.close();
        this.desk.dialogs.open(other);
      });
      box.append(button);
    }
  }

  accept(clash, form, dialog) {
    const reason = form.elements.namedItem("reason").value.trim();
    if (!reason) return;
    const { server } = this.desk;
    this.run(() => server.post(server.url("accept"), { key: clash.key, reason }), dialog);
  }

  reopen(clash, dialog) {
    const { server } = this.desk;
    this.run(() => server.ask("DELETE", server.url("reopen").replace("/0/", `/${clash.key}/`)), dialog);
  }

  async run(call, dialog) {
    try {
      await call();
      dialog.close();
      await this.desk.live.marks();
      this.desk.tell(this.words.saved);
    } catch (problem) {
      if (!(problem instanceof Refused)) throw problem;
      this.desk.tell(problem.message || this.words.no_answer, { hard: true });
      dialog.close();
    }
  }

  /** The cheapest repairs, each carried out by one click; `wanted`: ways to a place that is taken. */
  async offers(box, session, dialog, wanted = {}) {
    const { server } = this.desk;
    const asked = Object.entries(wanted).filter(([name, value]) => WANTED.includes(name) && value);
    const query = new URLSearchParams([["session", session.id], ...asked]);
    box.textContent = this.words.looking_for_repairs;
    try {
      const found = await server.get(`${server.url("repairs")}?${query}`);
      if (!dialog.open) return;
      const offers = found.repairs.slice(0, MOST_OFFERS);
      const none = [this.words.no_repair, ...found.blocked].join(" ");
      box.replaceChildren(...(offers.length ? this.list(offers, dialog) : [none]));
    } catch {
      box.replaceChildren();
    }
  }

  cost(cost) {
    return Object.entries(this.words.costs)
      .filter(([name]) => cost[name] > 0)
      .map(([name, text]) => filled(text, { n: cost[name] }))
      .join(" · ");
  }

  list(offers, dialog) {
    const head = document.createElement("h3");
    head.textContent = this.words.repairs;
    const list = document.createElement("ul");
    list.append(
      ...offers.map((offer) => {
        const item = document.createElement("li");
        const text = document.createElement("span");
        const cost = document.createElement("small");
        const button = document.createElement("button");
        text.textContent = offer.text;
        cost.textContent = this.cost(offer.cost);
        cost.className = "quiet";
        button.type = "button";
        button.className = "button button-small";
        button.textContent = this.words.apply;
        button.addEventListener("click", () => {
          dialog.close();
          this.desk.changes.repair(offer);
        });
        text.append(document.createElement("br"), cost);
        item.append(text, button);
        return item;
      }),
    );
    return [head, list];
  }
}
