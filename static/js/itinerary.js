// The itinerary: counts the minutes down, and fetches the page anew when the next session begins.

const MINUTE = 60_000;
const box = document.querySelector("[data-itinerary]");

/** Fills "%(minutes)s" and "%(hours)s" of a pattern that the server wrote in the page's language. */
function filled(pattern, values) {
  return pattern.replace(/%\((\w+)\)s/g, (_match, name) => values[name]);
}

function waitText(element, milliseconds) {
  const minutes = Math.max(0, Math.ceil(milliseconds / MINUTE));
  const { one, minutes: many, hours, past } = element.dataset;
  if (past && minutes === 0) return past;
  if (minutes >= 60) {
    return filled(hours, { hours: Math.floor(minutes / 60), minutes: minutes % 60 });
  }
  return filled(minutes === 1 ? one : many, { minutes });
}

function count() {
  for (const element of box.querySelectorAll("[data-countdown]")) {
    const text = waitText(element, Date.parse(element.dataset.countdown) - Date.now());
    if (element.textContent !== text) element.textContent = text;
  }
}

function openDays() {
  return [...box.querySelectorAll("details[open]")].map((day) => day.id);
}

/** Takes over the new state of the page; what the reader had opened stays open. */
function takeOver(page) {
  const fresh = page.querySelector("[data-itinerary]");
  if (!fresh || box.querySelector("[data-place]:target")) return;
  const open = openDays();
  box.dataset.until = fresh.dataset.until;
  box.replaceChildren(...fresh.childNodes);
  for (const id of open) document.getElementById(id)?.setAttribute("open", "");
}

async function refresh() {
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (!answer.ok || answer.redirected) return;
    takeOver(new DOMParser().parseFromString(await answer.text(), "text/html"));
  } catch {
    // Without a network the page stays as it is; the next minute tries again.
  }
}

async function tick() {
  if (Date.now() >= Date.parse(box.dataset.until)) await refresh();
  count();
}

async function copy(button) {
  await navigator.clipboard.writeText(button.dataset.copy);
  document.dispatchEvent(
    new CustomEvent("portal:say", { detail: { text: button.dataset.copied, tone: "success" } }),
  );
}

/** Closes a place's card the way it was opened, so that the page stands where it stood. */
function closePlace(event) {
  const link = event.target.closest(".place-close");
  if (!link || !history.state?.place) return;
  event.preventDefault();
  history.back();
}

function openPlace(event) {
  const link = event.target.closest('a[href^="#place-"]');
  if (!link) return;
  event.preventDefault();
  location.hash = link.hash;
  history.replaceState({ place: true }, "");
  document.querySelector(link.hash)?.focus({ preventScroll: true });
}

for (const button of document.querySelectorAll("[data-copy]")) {
  button.addEventListener("click", () => copy(button));
}

if (box) {
  box.addEventListener("click", openPlace);
  box.addEventListener("click", closePlace);
  tick();
  setInterval(tick, MINUTE / 2);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") tick();
  });
}
