// Keeps a weight's slider, number and buttons at one value, and the sum beside them; the server says what they would do.
const form = document.querySelector('[data-behavior="weights"]');
const part = (row, role) => row.querySelector(`[data-role="${role}"]`);

function add() {
  const numbers = [...form.querySelectorAll('[data-role="number"]')].map((each) => Number(each.value) || 0);
  form.querySelector('[data-role="sum"]').textContent = Math.round(numbers.reduce((sum, each) => sum + each, 0) * 100) / 100;
}

for (const range of form?.querySelectorAll('[data-role="range"]') ?? []) range.hidden = false;

form?.addEventListener("input", (event) => {
  const row = event.target.closest('[data-role="row"]');
  if (!row) return;
  const [range, number] = [part(row, "range"), part(row, "number")];
  if (event.target === range) number.value = range.value;
  else range.value = number.value;
  add();
});

form?.addEventListener("click", (event) => {
  const button = event.target.closest("[data-step]");
  if (!button) return;
  event.preventDefault();
  const row = button.closest('[data-role="row"]');
  const number = part(row, "number");
  number.value = Math.max(0, Math.round((Number(number.value) + Number(button.dataset.step)) * 100) / 100);
  part(row, "range").value = number.value;
  add();
  form.dispatchEvent(new Event("weights-step"));
});
