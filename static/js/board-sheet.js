// A native dialog of the board with a form, and the words of what went wrong in it.

import { Refused } from "./board-server.js";

export class Sheet {
  constructor(id) {
    this.dialog = document.getElementById(id);
    this.form = this.dialog.querySelector("form");
    this.error = this.dialog.querySelector("[data-error]");
    this.form?.addEventListener("submit", (event) => {
      event.preventDefault();
      if (!this.busy) this.send("");
    });
    for (const button of this.dialog.querySelectorAll("[data-do]")) {
      button.addEventListener("click", () => !this.busy && this.send(button.dataset.do));
    }
  }

  part(name) {
    return this.dialog.querySelector(`[data-${name}]`);
  }

  control(name) {
    return this.form.elements.namedItem(name);
  }

  open() {
    this.blame("");
    this.dialog.showModal();
  }

  blame(text, ...controls) {
    for (const wrong of this.form?.querySelectorAll("[aria-invalid]") ?? []) {
      wrong.removeAttribute("aria-invalid");
    }
    if (this.error) this.error.textContent = text;
    for (const control of controls) control?.setAttribute("aria-invalid", "true");
    controls[0]?.focus();
  }

  /** Runs a call to the server; the dialog closes when it went well and tells why when not. */
  async trying(call) {
    this.busy = true;
    this.form.setAttribute("aria-busy", "true");
    try {
      await call();
      this.dialog.close();
    } catch (problem) {
      if (!(problem instanceof Refused)) throw problem;
      this.refused(problem);
    } finally {
      this.busy = false;
      this.form.removeAttribute("aria-busy");
    }
  }

  refused(problem) {
    const names = { starts_at: "start", ends_at: "end" };
    const controls = Object.keys(problem.fields).map((name) => this.control(names[name] ?? name));
    this.blame(this.why(problem), ...controls.filter((control) => control instanceof HTMLElement));
  }

  why(problem) {
    const clashes = problem.clashes.map((clash) => clash.message);
    const fields = Object.values(problem.fields).flat();
    const reasons = [clashes, fields, [problem.message]].find((texts) => texts.length > 0);
    return [...new Set(reasons)].join(" ");
  }
}
