// The quotas of a cohort: their sum against the seats, while somebody types. Saving checks again.

const form = document.querySelector("[data-sum]");
const line = form?.querySelector("[data-sum-line]");

function show() {
  const parts = [...form.querySelectorAll("[data-sum-part]")];
  const total = parts.reduce((sum, field) => sum + (Number(field.value) || 0), 0);
  const over = total > Number(line.dataset.limit);
  line.querySelector("[data-sum-total]").textContent = String(total);
  line.querySelector("[data-sum-over]").hidden = !over;
  line.toggleAttribute("data-over", over);
}

if (line) {
  form.addEventListener("input", show);
  show();
}
