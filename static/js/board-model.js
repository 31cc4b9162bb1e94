// What the board knows: sessions as the API gives them, and the names around them. No page.

import { filled, instant, timeText, wall } from "./board-time.js";

const TEACHING = 45;
const BESIDE = 60;

/** A place is where a session lies: day, start, end, venue and leg; in the tray, day is empty. */
export function placeOf({ day, start, end, venue, leg }) {
  return { day, start, end, venue, leg };
}

export function samePlace(one, other) {
  return ["day", "start", "end", "venue", "leg"].every((name) => one[name] === other[name]);
}

/** What the API must be told for a session to lie somewhere else; nothing that stays. */
export function placeFacts(place, from = {}) {
  const facts = {};
  if (place.day !== from.day || place.start !== from.start || place.end !== from.end) {
    facts.starts_at = place.day ? instant(place.day, place.start) : null;
    facts.ends_at = place.day ? instant(place.day, place.end) : null;
  }
  if (place.venue !== from.venue) facts.venue = place.venue;
  if (place.leg !== from.leg) facts.leg = place.leg;
  return facts;
}

export class Model {
  constructor(facts) {
    this.facts = facts;
    this.words = facts.words;
    this.legs = facts.legs;
    this.venues = new Map(facts.venues.map((venue) => [venue.id, venue]));
    this.speakers = new Map(facts.speakers);
    this.groups = new Map(facts.groups);
    this.kinds = new Map(facts.kinds.map((kind) => [kind.code, kind]));
    this.states = new Map(Object.entries(facts.slots).map(([id, state]) => [Number(id), state]));
    this.sessions = new Map();
    const { columns, rows } = facts.sessions;
    for (const row of rows) {
      this.take(Object.fromEntries(columns.map((name, index) => [name, row[index]])));
    }
    this.mark(facts.clashes);
  }

  /** Takes a session as the API shows it; answers what is now known of it. */
  take(shape) {
    const known = this.sessions.get(shape.id);
    const place = wall(shape.starts_at, shape.ends_at);
    const session = Object.assign(known ?? { clashes: [] }, shape, place);
    session.cancelled = shape.state === "cancelled";
    this.sessions.set(session.id, session);
    return session;
  }

  /** Whether a session belongs to what this page shows: the whole cohort, or one leg. */
  shows(shape) {
    return this.facts.view === "cohort" || shape.leg === this.facts.leg;
  }

  /** All clashes of the cohort anew; answers the sessions whose marks differ. */
  mark(clashes) {
    const found = new Map();
    for (const clash of clashes) {
      for (const id of clash.sessions) found.set(id, [...(found.get(id) ?? []), clash]);
    }
    const differing = [];
    for (const session of this.sessions.values()) {
      const now = found.get(session.id) ?? [];
      if (JSON.stringify(now) !== JSON.stringify(session.clashes)) differing.push(session);
      session.clashes = now;
    }
    return differing;
  }

  title(session) {
    return (this.facts.english && session.title_en) || session.title;
  }

  minutes(session) {
    if (session.start !== null) return session.end - session.start;
    const quarters = (session.hours * TEACHING) / 15;
    const whole = Math.round(quarters);
    // Halves go to the even quarter, as at the server.
    const even = whole - quarters === 0.5 && whole % 2 ? whole - 1 : whole;
    return session.hours > 0 ? Math.max(15, even * 15) : this.kinds.get(session.kind).minutes;
  }

  timeText(session) {
    return session.start === null
      ? filled(this.words.minutes, { n: this.minutes(session) })
      : timeText(session);
  }

  names(known, ids) {
    return ids.map((id) => known.get(id)).filter(Boolean).join(this.words.between);
  }

  venueName(id) {
    return this.venues.get(id)?.name ?? "";
  }

  leg(id) {
    return this.legs.find((leg) => leg.id === id);
  }

  dayLabel(day) {
    return this.facts.days.find((known) => known.key === day)?.label ?? day;
  }

  legOfDay(day) {
    return this.legs.find((leg) => leg.first <= day && day <= leg.last);
  }

  editable(session) {
    return !session.cancelled && Boolean(this.leg(session.leg)?.editable);
  }

  open(session) {
    return session.clashes.filter((clash) => !clash.accepted);
  }

  /** The people of two audiences that are the same; no groups is everyone. */
  meet(one, other) {
    if (!one.groups.length || !other.groups.length) return true;
    return one.groups.some((id) => other.groups.includes(id));
  }

  /** What a place would run into among the sessions in sight: the other, and by what. */
  inTheWay(session, place) {
    if (!place.day) return null;
    for (const other of this.sessions.values()) {
      if (other.id === session.id || other.cancelled || other.day !== place.day) continue;
      if (other.end <= place.start || place.end <= other.start) continue;
      if (place.venue && other.venue === place.venue) return { other, by: "venue" };
      if (session.speakers.some((id) => other.speakers.includes(id))) return { other, by: "speaker" };
      if (this.meet(session, other)) return { other, by: "group" };
    }
    return null;
  }

  /** The transfers right before and right after a place, for the same people. */
  transfersBeside(session, place) {
    if (!place.day || session.kind === "transfer") return [];
    const near = [...this.sessions.values()].filter(
      (other) =>
        other.id !== session.id &&
        other.day === place.day &&
        !other.cancelled &&
        this.meet(session, other),
    );
    const before = near.filter((other) => other.end <= place.start).sort((a, b) => b.end - a.end)[0];
    const after = near.filter((other) => other.start >= place.end).sort((a, b) => a.start - b.start)[0];
    return [
      { transfer: before, gap: before && place.start - before.end, end: "start" },
      { transfer: after, gap: after && after.start - place.end, end: "end" },
    ].filter(
      ({ transfer, gap }) =>
        transfer?.kind === "transfer" && gap <= BESIDE && this.editable(transfer),
    );
  }
}
