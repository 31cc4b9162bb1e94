// Times of the board: minutes of a day in and out of texts. No page, no state.

export const ZOOMS = [5, 15, 30];
export const DAY = 1440;

export function clock(minutes) {
  const hours = String(Math.floor(minutes / 60)).padStart(2, "0");
  return `${hours}:${String(minutes % 60).padStart(2, "0")}`;
}

/** 9:30, 0930 and 9：30 are minutes of the day; anything else is null. */
export function minutesOf(text) {
  const found = /^(\d{1,2})[:：.]?(\d{2})$/.exec(text.trim());
  if (!found || Number(found[2]) > 59) return null;
  const minutes = Number(found[1]) * 60 + Number(found[2]);
  return minutes <= DAY ? minutes : null;
}

/** An instant for the API; the portal's zone has no summer time. Minute 1440 is the next midnight. */
export function instant(day, minutes) {
  if (minutes < DAY) return `${day}T${clock(minutes)}:00+08:00`;
  const next = new Date(`${day}T00:00:00Z`);
  next.setUTCDate(next.getUTCDate() + 1);
  return `${next.toISOString().slice(0, 10)}T00:00:00+08:00`;
}

/** Day, start and end of a session as the API writes them, in Shanghai; empty in the tray. */
export function wall(starts, ends) {
  if (!starts) return { day: "", start: null, end: null };
  const day = starts.slice(0, 10);
  const end = ends.slice(0, 10) === day ? minutesOf(ends.slice(11, 16)) : DAY;
  return { day, start: minutesOf(starts.slice(11, 16)), end };
}

export function timeText({ start, end }) {
  return `${clock(start)}–${clock(end)}`;
}

export function filled(template, words) {
  return template.replace(/\{(\w+)\}/g, (whole, name) => words[name] ?? whole);
}
