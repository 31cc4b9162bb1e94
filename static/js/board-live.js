// Several organizers at one board: what others change appears here, and they see what is held.

import { Refused } from "./board-server.js";

const POLL_MS = 2500;
const SLOWEST_MS = 30_000;
const HELLO_MS = 8000;
const STANDING_MS = 30_000;
const SOON_MS = 1200;

export class Live {
  constructor(desk) {
    this.desk = desk;
    this.server = desk.server;
    this.since = desk.model.facts.since;
    this.wait = POLL_MS;
    this.tag = "";
    this.said = undefined;
    this.saidAt = 0;
    this.stoodAt = performance.now();
    document.addEventListener("visibilitychange", () => this.turn());
    window.addEventListener("focus", () => this.turn());
    window.addEventListener("online", () => this.turn());
    window.addEventListener("pagehide", () => this.hello(null, true));
    this.turn();
  }

  /** Asks at once while the page is seen, and not at all while it is not. */
  turn() {
    clearTimeout(this.timer);
    if (document.hidden) {
      this.hello(null);
      return;
    }
    this.wait = POLL_MS;
    this.ask();
  }

  async ask() {
    clearTimeout(this.timer);
    if (this.asking) return;
    this.asking = true;
    try {
      await this.look();
      this.wait = POLL_MS;
    } catch (problem) {
      if (!(problem instanceof Refused)) reportError(problem);
      this.wait = Math.min(this.wait * 2, SLOWEST_MS);
    }
    this.asking = false;
    this.desk.news.reached(this.wait === POLL_MS);
    if (!document.hidden) this.timer = setTimeout(() => this.ask(), this.wait);
  }

  async look() {
    this.hello(this.desk.heldId());
    if (performance.now() - this.stoodAt > STANDING_MS) this.standing();
    const headers = this.tag ? { "If-None-Match": this.tag } : {};
    const url = `${this.server.url("changes")}?since=${this.since}`;
    const { writes } = this.server;
    const response = await this.server.send("GET", url, undefined, headers);
    if (response.status === 304) return;
    if (!response.ok) throw new Refused(response.status, null);
    const answer = await response.json();
    if (this.server.writing || this.server.writes !== writes) return;
    // Another `since` is another address, with a tag of its own.
    this.tag = answer.last === this.since ? response.headers.get("ETag") : "";
    this.since = answer.last;
    this.desk.news.takeLog(answer, true);
  }

  /** Tells others which card is held here; now and then that somebody is here at all. */
  hello(id, leaving = false) {
    const now = performance.now();
    if (id === this.said && now - this.saidAt < HELLO_MS) return;
    if (leaving && !this.said) return;
    [this.said, this.saidAt] = [id, now];
    this.server.send("POST", this.server.url("presence"), { session: id }).catch(() => {});
  }

  /** Marks, the draft's distance and confirmations change with others: asked for once, a bit later. */
  soon() {
    clearTimeout(this.later);
    this.later = setTimeout(() => this.standing(), SOON_MS);
  }

  async standing() {
    this.stoodAt = performance.now();
    try {
      this.desk.news.takeStanding(await this.server.get(this.server.url("standing")));
    } catch {
      // The next change or the next half minute asks again.
    }
  }

  async marks() {
    try {
      const answer = await this.server.get(`${this.server.url("clashes")}?state=all`);
      this.desk.news.takeMarks(answer.results);
    } catch {
      // The next change asks again.
    }
  }
}
