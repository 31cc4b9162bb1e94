// Choosing several of a list by keyboard: type to find, Enter takes the first, arrows walk the boxes.

const FEW = 8;

export class Picker {
  constructor(box, known) {
    this.known = known;
    this.find = box.querySelector("[data-picker-find]");
    this.list = box.querySelector("[data-picker-list]");
    this.none = box.querySelector("[data-picker-none]");
    this.chosen = new Set();
    this.find.hidden = known.size <= FEW;
    this.find.addEventListener("input", () => this.draw());
    this.find.addEventListener("keydown", (event) => this.typed(event));
    this.list.addEventListener("keydown", (event) => this.walk(event));
    this.list.addEventListener("change", ({ target }) => {
      if (target.checked) this.chosen.add(Number(target.value));
      else this.chosen.delete(Number(target.value));
    });
  }

  get value() {
    return [...this.chosen];
  }

  set value(ids) {
    this.chosen = new Set(ids);
    this.find.value = "";
    this.draw();
  }

  /** What is chosen stays in sight; of the rest, what fits the words. */
  draw() {
    const words = this.find.value.trim().toLowerCase();
    const fits = ([id, name]) => this.chosen.has(id) || name.toLowerCase().includes(words);
    const shown = [...this.known].filter(fits);
    const rank = ([id]) => (this.chosen.has(id) ? 0 : 1);
    shown.sort((a, b) => rank(a) - rank(b));
    this.list.replaceChildren(...shown.map(([id, name]) => this.option(id, name)));
    this.none.hidden = shown.length > 0;
    const first = this.list.querySelector("input");
    if (first) first.tabIndex = 0;
  }

  option(id, name) {
    const label = document.createElement("label");
    const box = document.createElement("input");
    Object.assign(box, { type: "checkbox", value: id, checked: this.chosen.has(id), tabIndex: -1 });
    label.className = "choice";
    label.append(box, name);
    return label;
  }

  typed(event) {
    if (event.isComposing) return;
    if (event.key === "ArrowDown") this.list.querySelector("input")?.focus();
    else if (event.key === "Enter" && this.find.value.trim()) this.takeFirst();
    else return;
    event.preventDefault();
  }

  takeFirst() {
    const box = this.list.querySelector("input:not(:checked)");
    if (!box) return;
    this.chosen.add(Number(box.value));
    this.find.value = "";
    this.draw();
  }

  walk(event) {
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const boxes = [...this.list.querySelectorAll("input")];
    const next = boxes[boxes.indexOf(event.target) + step];
    if (next) this.move(event.target, next);
    else if (step < 0 && !this.find.hidden) this.find.focus();
  }

  move(from, to) {
    from.tabIndex = -1;
    to.tabIndex = 0;
    to.focus();
  }
}
