// The messages of a release: counts down until they leave, and looks again while they are under way.

const LOOK_AGAIN_MS = 3_000;
const SECOND_MS = 1_000;
const MINUTE_S = 60;

const box = () => document.querySelector("[data-release-messages]");

/** Fills "{minutes}" and "{seconds}" of a pattern in the page's language. */
function filled(pattern, values) {
  return pattern.replace(/\{(\w+)\}/g, (_match, name) => values[name]);
}

function leaveText({ leave, seconds, minutes, leaving }) {
  const left = Math.ceil((Date.parse(leave) - Date.now()) / SECOND_MS);
  if (left <= 0) return leaving;
  if (left < MINUTE_S) return filled(seconds, { seconds: left });
  return filled(minutes, { minutes: Math.floor(left / MINUTE_S), seconds: left % MINUTE_S });
}

function count() {
  for (const element of document.querySelectorAll("[data-leave]")) {
    element.textContent = leaveText(element.dataset);
  }
}

function hasLeft() {
  const waiting = box()?.querySelector("[data-leave]");
  return !waiting || Date.parse(waiting.dataset.leave) <= Date.now();
}

/** The new state of the section, unless the reader is about to press one of its buttons. */
async function look() {
  const old = box();
  if (old.contains(document.activeElement) && document.activeElement !== document.body) return;
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!answer.ok || answer.redirected) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.querySelector("[data-release-messages]");
  if (fresh) old.replaceWith(fresh);
  count();
}

async function lookAgain() {
  const section = box();
  if (!section || !("underWay" in section.dataset)) return;
  if (hasLeft() && document.visibilityState === "visible") {
    try {
      await look();
    } catch {
      // Without a network the section stays as it is; the next look tries again.
    }
  }
  setTimeout(lookAgain, LOOK_AGAIN_MS);
}

if (box()) {
  count();
  setInterval(count, SECOND_MS);
  setTimeout(lookAgain, LOOK_AGAIN_MS);
}
