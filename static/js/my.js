// The participants' pages on a phone: kept for reading without a network, and gone with the sign-out.
// Browsers inside of chat apps lack parts of this; without them the plain page remains.

const MOST_PAGES = 16;
const root = document.documentElement;
const note = document.querySelector("[data-offline-note]");
const keeps = "serviceWorker" in navigator && "caches" in window;

function timeText(instant) {
  return new Intl.DateTimeFormat(root.lang, {
    month: "short",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
    timeZone: "Asia/Shanghai",
  }).format(instant);
}

const loadedAt = new Date();

/** Says as of when the page is: of its last sync, or of when it was opened before the network went. */
function showOffline() {
  if (!note) return;
  const since = root.dataset.synced ? new Date(root.dataset.synced) : loadedAt;
  note.querySelector("p").textContent = note.dataset.text.replace("%(time)s", timeText(since));
  note.hidden = false;
}

function ownLinks() {
  const links = [...document.querySelectorAll('a[href^="/my/"]')];
  const addresses = links.map((link) => link.pathname + link.search);
  return [...new Set([location.pathname + location.search, ...addresses])].slice(0, MOST_PAGES);
}

function ownFiles() {
  const urls = performance.getEntriesByType("resource").map((entry) => new URL(entry.name));
  const own = urls.filter((url) => url.origin === location.origin);
  return own.map((url) => url.pathname).filter((path) => path.startsWith("/static/"));
}

async function keep() {
  try {
    await navigator.serviceWorker.register("/sw.js", { scope: "/", updateViaCache: "none" });
    const { active } = await navigator.serviceWorker.ready;
    if (navigator.onLine) active.postMessage({ keep: ownLinks(), files: ownFiles() });
  } catch {
    // Not allowed here (private window, chat app): the page works without.
  }
}

async function leave() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith("own-")).map((name) => caches.delete(name)));
}

if (root.dataset.synced || !navigator.onLine) showOffline();
window.addEventListener("offline", showOffline);
window.addEventListener("online", () => {
  if (note && !root.dataset.synced) note.hidden = true;
});

if (keeps) {
  navigator.serviceWorker.addEventListener("message", (event) => {
    if (event.data?.done) root.dataset.kept = "";
  });
  document.addEventListener("submit", (event) => {
    if (event.target.action.includes("/accounts/")) leave();
  });
  if (document.readyState === "complete") keep();
  else window.addEventListener("load", keep, { once: true });
}
