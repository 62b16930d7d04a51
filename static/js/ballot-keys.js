// 1–5 and 0 answer the question in focus, or the first open one, and lead on to the next; c opens the comment. In the
// grid, arrows walk.
const root = document.querySelector('[data-behavior="ballot"]');
const questions = [...root.querySelectorAll('[data-role="question"]')];
const isGrid = root.dataset.arrows !== undefined;
const here = () => questions.findIndex((question) => question.contains(document.activeElement));

function focus(question) {
  (question?.querySelector("input:checked") ?? question?.querySelector("input"))?.focus({ focusVisible: true });
}

function answer(value) {
  const at = here();
  const question = questions[at] ?? questions.find((each) => !each.querySelector(":checked")) ?? questions[0];
  question.querySelector(`input[value="${value}"]`).click();
  const following = questions[questions.indexOf(question) + 1];
  if (following) focus(following);
  else document.querySelector('[data-role="next"]')?.focus();
}

function walk(key) {
  const at = here();
  if (at < 0) return false;
  const row = (each) => each.closest('[data-role="feature"]').querySelectorAll('[data-role="question"]').length;
  const onwards = document.dir === "rtl" ? "ArrowLeft" : "ArrowRight";
  const steps = { ArrowDown: row(questions[at]), ArrowUp: -row(questions[at]) };
  const step = steps[key] ?? (key === onwards ? 1 : -1);
  focus(questions[at + step]);
  return true;
}

function comment() {
  const box = document.querySelector('[data-role="remark"]');
  if (!box) return false;
  box.open = true;
  box.querySelector("textarea").focus();
  return true;
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("textarea, select")) return;
  if (/^[0-5]$/.test(event.key)) answer(event.key === "0" ? "none" : event.key);
  else if (event.key === "Enter" && event.target.matches("input[type=radio]")) document.querySelector('[data-role="next"]')?.click();
  else if (event.key === "c" && comment()) event.preventDefault();
  else if (!(isGrid && event.key.startsWith("Arrow") && walk(event.key))) return;
  event.preventDefault();
});
