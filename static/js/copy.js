// Buttons that put their data-copy text on the clipboard and say so.

async function copy(button) {
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
  } catch {
    window.prompt(button.textContent.trim(), button.dataset.copy);
    return;
  }
  const detail = { text: button.dataset.copied, tone: "success" };
  document.dispatchEvent(new CustomEvent("portal:say", { detail }));
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copy]");
  if (button) copy(button);
});
