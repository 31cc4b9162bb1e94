// The form that gives a role: leg and city only where the role asks for them.

const form = document.querySelector("[data-role-form]");
const asks = { leg: "leg", coordinator: "city" };

function show() {
  for (const name of Object.values(asks)) {
    form.elements[name].closest(".field").hidden = asks[form.elements.role.value] !== name;
  }
}

if (form) {
  form.elements.role.addEventListener("change", show);
  show();
}
