// What the phone keeps of a participant's own pages, so that they can be read without a network.
// Loaded by /sw.js, which says before: self.portal = {version, pages, documents, offline}.
//
// Own pages: from the network, else (none, or slower than a few seconds) as they were last, with the
// time written into them. Static files: from the phone. Everything else (console, API, admin,
// accounts) passes by. Pages lie in a cache named after the mark of their reader: another reader's
// pages throw the first one's away, and so does every form sent to the accounts.

const { version, pages, documents, offline } = self.portal;
const STATIC = `static-${version}`;
const OWN = "own-";
const PATIENCE_MS = 3000;
const FRESH_MS = 600_000;
const LARGEST_BYTES = 2_000_000;
const SYNCED = "X-Synced-At";
const OWNER = "X-Portal-Owner";
const PLAIN_QUERY = new Set(["cohort", "paper"]);
const HASHED = /\.[0-9a-f]{12}\.\w+$/;
const STATIC_LINK = /["'](\/static\/[^"'#?\s]+)/g;

function isOwn(url) {
  const document = url.pathname.startsWith(documents) && url.pathname.endsWith("/document/");
  if (!document && !pages.includes(url.pathname)) return false;
  return [...url.searchParams.keys()].every((name) => PLAIN_QUERY.has(name));
}

async function ownCaches() {
  return (await caches.keys()).filter((name) => name.startsWith(OWN));
}

/** Nothing of any reader is left. */
async function forget() {
  await Promise.all((await ownCaches()).map((name) => caches.delete(name)));
}

/** The page as it was kept. Without a cohort in the address, the page of any own cohort will do. */
async function keptPage(address) {
  const ignoreSearch = !address.includes("cohort=");
  for (const name of await ownCaches()) {
    const cache = await caches.open(name);
    const exact = await cache.match(address, { ignoreVary: true });
    const found = exact ?? (await cache.match(address, { ignoreVary: true, ignoreSearch }));
    if (found) return found;
  }
  return undefined;
}

/** Puts a page aside when it is a whole page of a known reader; answers the page as it came. */
async function keepPage(address, response) {
  const owner = response.headers.get(OWNER);
  const length = Number(response.headers.get("Content-Length") ?? 0);
  if (!owner || !response.ok || response.redirected || length > LARGEST_BYTES) return response;
  const body = await response.clone().blob();
  if (body.size > LARGEST_BYTES) return response;
  const name = OWN + owner;
  for (const other of await ownCaches()) if (other !== name) await caches.delete(other);
  const headers = new Headers(response.headers);
  for (const name of ["Content-Encoding", "Content-Length"]) headers.delete(name);
  headers.set(SYNCED, new Date().toISOString());
  await (await caches.open(name)).put(address, new Response(body, { headers }));
  return response;
}

/** The kept page with the time of its last sync, which js/my.js says to the reader. */
async function stamped(kept) {
  if (!kept.headers.get("Content-Type")?.startsWith("text/html")) return kept;
  const { headers } = kept;
  const text = await kept.text();
  const mark = `<html data-synced="${headers.get(SYNCED)}" `;
  return new Response(text.replace("<html ", mark), { headers });
}

function late() {
  return new Promise((_resolve, reject) => setTimeout(reject, PATIENCE_MS));
}

async function ownPage(event, address) {
  const kept = await keptPage(address);
  const fresh = fetch(event.request).then((response) => keepPage(address, response));
  try {
    const response = await (kept ? Promise.race([fresh, late()]) : fresh);
    if (response.status < 500 || !kept) return response;
  } catch {
    // Without a network, or too slow: what is kept, below.
    event.waitUntil(fresh.catch(() => undefined));
  }
  if (kept) return stamped(kept);
  return (await caches.match(offline, { ignoreVary: true })) ?? Response.error();
}

async function staticFile(request) {
  const kept = await caches.match(request, { ignoreVary: true });
  if (kept && HASHED.test(new URL(request.url).pathname)) return kept;
  try {
    const response = await fetch(request);
    if (response.ok) await (await caches.open(STATIC)).put(request, response.clone());
    return response;
  } catch {
    return kept ?? Response.error();
  }
}

async function keepStatic(address) {
  const cache = await caches.open(STATIC);
  if (!(await cache.match(address, { ignoreVary: true }))) await cache.add(address);
}

function isFresh(kept) {
  return kept && Date.now() - Date.parse(kept.headers.get(SYNCED)) < FRESH_MS;
}

async function syncPage(address) {
  let page = await keptPage(address);
  if (!isFresh(page)) {
    const response = await fetch(address, { headers: { Accept: "text/html" } });
    if (response.redirected || !response.ok) return;
    page = response.clone();
    await keepPage(address, response);
  }
  if (!page.headers.get("Content-Type")?.startsWith("text/html")) return;
  const files = [...(await page.clone().text()).matchAll(STATIC_LINK)].map((found) => found[1]);
  await Promise.all([...new Set(files)].map(keepStatic));
}

/** Own pages that a page leads to, and the files they are made of; then older builds may go. */
async function sync(addresses, files) {
  const own = addresses.filter((address) => isOwn(new URL(address, location.origin)));
  const results = await Promise.allSettled([...own.map(syncPage), ...files.map(keepStatic)]);
  if (results.some((result) => result.status === "rejected")) return;
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith("static-") && name !== STATIC);
  await Promise.all(old.map((name) => caches.delete(name)));
}

self.addEventListener("install", (event) => {
  event.waitUntil(syncPage(offline).then(() => keepStatic(offline)));
  self.skipWaiting();
});

self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("message", (event) => {
  const { keep = [], files = [], leave = false } = event.data ?? {};
  const work = leave ? forget() : sync(keep, files);
  event.waitUntil(work.then(() => event.source?.postMessage({ done: true })));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== location.origin) return;
  if (request.method === "POST" && url.pathname.startsWith("/accounts/")) {
    event.respondWith(forget().then(() => fetch(request)));
  } else if (request.method !== "GET") {
    return;
  } else if (url.pathname.startsWith("/static/")) {
    event.respondWith(staticFile(request));
  } else if (isOwn(url)) {
    event.respondWith(ownPage(event, url.pathname + url.search));
  }
});
