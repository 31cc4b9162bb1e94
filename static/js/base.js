// Every page: appearance, send-once forms, CSRF for htmx, messages. Dialogs: dialog.js.

const root = document.documentElement;

function storedTheme() {
  try {
    return localStorage.getItem("theme") ?? "auto";
  } catch {
    return "auto";
  }
}

function showTheme(theme) {
  if (theme === "auto") delete root.dataset.theme;
  else root.dataset.theme = theme;
  for (const button of document.querySelectorAll("[data-set-theme]")) {
    button.setAttribute("aria-pressed", String(button.dataset.setTheme === theme));
  }
}

function chooseTheme(theme) {
  try {
    if (theme === "auto") localStorage.removeItem("theme");
    else localStorage.setItem("theme", theme);
  } catch {
    // The choice then lasts for this page only.
  }
  showTheme(theme);
}

/** Says something in the live region; others dispatch "portal:say" with {text, tone}. */
function announce(text, tone = "info") {
  const region = document.getElementById("messages");
  if (!region || !text) return;
  const message = document.createElement("div");
  message.className = `message message-${tone}`;
  const words = document.createElement("p");
  words.textContent = text;
  message.append(words);
  region.replaceChildren(message);
}

function holdButtons(form) {
  for (const button of form.querySelectorAll("button[type=submit], button:not([type])")) {
    if (button.dataset.again === undefined) {
      button.dataset.busy = "";
      button.setAttribute("aria-disabled", "true");
    }
  }
}

function releaseButtons(scope) {
  for (const button of scope.querySelectorAll("[data-busy]")) {
    delete button.dataset.busy;
    button.removeAttribute("aria-disabled");
  }
  for (const form of scope.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
}

showTheme(storedTheme());

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-set-theme]");
  if (button) chooseTheme(button.dataset.setTheme);
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || form.target === "_blank") return;
  // A form that answers with a file stays on its page and may be sent again.
  if (form.dataset.again !== undefined) return;
  if (form.dataset.sent !== undefined) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "";
  holdButtons(form);
});

window.addEventListener("pageshow", () => releaseButtons(document));

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submit-on-change]")) event.target.form.requestSubmit();
});

document.addEventListener("htmx:configRequest", (event) => {
  const token = document.querySelector("[name=csrfmiddlewaretoken]");
  if (token) event.detail.headers["X-CSRFToken"] = token.value;
});

for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(name, () => {
    announce(document.getElementById("messages")?.dataset.failed, "error");
  });
}

document.addEventListener("portal:say", (event) => announce(event.detail.text, event.detail.tone));

document.addEventListener("htmx:afterRequest", () => releaseButtons(document));

const summary = document.querySelector("[data-error-summary]");
if (summary) summary.focus();

/** The bell says how many messages are unread; without scripts it is a plain link. */
async function countUnread(bell) {
  const count = bell.querySelector("[data-unread-count]");
  try {
    const answer = await fetch(bell.dataset.unread, { headers: { Accept: "application/json" } });
    const { unread } = answer.ok ? await answer.json() : { unread: 0 };
    count.textContent = unread > 99 ? "99+" : String(unread);
    count.hidden = !unread;
  } catch {
    // No network: the bell stays without a number.
  }
}

const bell = document.querySelector("[data-unread]");
if (bell && navigator.onLine) countUnread(bell);
