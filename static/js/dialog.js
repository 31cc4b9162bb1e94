// Native dialogs: opening, closing, and asking before a form is sent (data-confirm).

const question = document.getElementById("confirm");
let waiting = null;

function ask(form, submitter) {
  const text = submitter?.dataset.confirm ?? form.dataset.confirm;
  waiting = { form, submitter };
  question.querySelector("[data-confirm-text]").textContent = text;
  const yes = question.querySelector("[data-confirm-yes]");
  yes.textContent = submitter?.textContent.trim() || yes.dataset.label;
  question.showModal();
}

document.addEventListener(
  "submit",
  (event) => {
    const { target: form, submitter } = event;
    const asked = submitter?.dataset.confirm ?? form.dataset.confirm;
    if (!question || !asked || form.dataset.confirmed !== undefined) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    ask(form, submitter);
  },
  { capture: true },
);

question?.addEventListener("close", () => {
  const { form, submitter } = waiting ?? {};
  waiting = null;
  if (!form || question.returnValue !== "yes") return;
  form.dataset.confirmed = "";
  form.requestSubmit(submitter);
  delete form.dataset.confirmed;
});

question?.addEventListener("cancel", () => {
  question.returnValue = "";
});

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-open-dialog]");
  if (opener) {
    const dialog = document.getElementById(opener.dataset.openDialog);
    if (dialog) {
      event.preventDefault();
      dialog.returnValue = "";
      dialog.showModal();
    }
    return;
  }
  const closer = event.target.closest("[data-close-dialog]");
  if (closer) {
    event.preventDefault();
    closer.closest("dialog").close();
  } else if (event.target instanceof HTMLDialogElement && !outsideIsInside(event)) {
    event.target.close();
  }
});

function outsideIsInside(event) {
  const box = event.target.getBoundingClientRect();
  const inWidth = event.clientX >= box.left && event.clientX <= box.right;
  return inWidth && event.clientY >= box.top && event.clientY <= box.bottom;
}

for (const dialog of document.querySelectorAll("dialog[data-open-now]")) dialog.showModal();
