// Hands each answer to ballot-queue.js as it is given, and shows which are not saved yet. What the server says stands is
// drawn too: it may have come from another device. Without these files the form's own button saves.
const root = document.querySelector('[data-behavior="ballot"]');
const queue = document.querySelector('[data-behavior="ballot-queue"]');
const next = document.querySelector('[data-role="next"]');
const questionOf = (tap) => [...root.querySelectorAll('[data-role="question"]')].find((each) => each.contains(inputOf(tap)));
const inputOf = ({ url, name, value }) => name && [...root.querySelectorAll(`input[value="${value}"]`)].find((each) => each.name === name && each.form.action === url);

function isOpen(scope) {
  return [...scope.querySelectorAll('[data-role="question"]')].some((row) => !row.querySelector(":checked"));
}

function redraw(row) {
  next?.toggleAttribute("data-incomplete", isOpen(root));
  if (!row) return;
  const [of, open] = [row.querySelectorAll('[data-role="question"]').length, isOpen(row)];
  const state = row.querySelector('[data-role="state"]');
  const n = row.querySelectorAll(":checked").length;
  row.toggleAttribute("data-complete", !open);
  state.textContent = !open ? state.dataset.complete : n ? state.dataset.part.replace("%(n)s", n).replace("%(of)s", of) : state.dataset.none;
  const all = document.querySelector('[data-role="complete"]');
  all.textContent = root.querySelectorAll("[data-complete][data-role=feature]").length;
}

// draw what stands; a tap that is still waiting is newer than that
function draw(feature, standing) {
  let changed = false;
  for (const question of feature.querySelectorAll('[data-role="question"]:not([data-unsaved])')) {
    for (const input of question.querySelectorAll("input[type=radio]")) {
      const is = (standing[input.name] ?? "") === input.value;
      changed ||= input.checked !== is;
      input.checked = is;
    }
  }
  if (changed) redraw(feature.closest('[data-role="feature"]'));
  return changed;
}

const featureOf = (element) => element.closest("[data-number]");

root.addEventListener("change", ({ target }) => {
  if (!target.matches("input[type=radio]")) return;
  const question = target.closest('[data-role="question"]');
  question.dataset.unsaved = "";
  redraw(target.closest('[data-role="feature"]'));
  const label = [featureOf(target).dataset.title, question.dataset.name, target.labels[0].innerText.trim()];
  const detail = { url: target.form.action, name: target.name, value: target.value, label: label.join(" · ") };
  document.dispatchEvent(new CustomEvent("ballot:tap", { detail }));
});

document.addEventListener("ballot:waiting", ({ detail: tap }) => {
  const input = inputOf(tap);
  if (!input) return;
  input.checked = true;
  questionOf(tap).dataset.unsaved = "";
  redraw(input.closest('[data-role="feature"]'));
});

document.addEventListener("ballot:saved", ({ detail: { tap, answer } }) => {
  const question = questionOf(tap);
  if (!question) return;
  document.querySelector('[data-role="progress"]')?.setAttribute("value", answer.answered);
  if (question.querySelector(":checked")?.value === tap.value) delete question.dataset.unsaved;
  draw(featureOf(question), answer.standing);
});

document.addEventListener("ballot:standing", ({ detail: { standing } }) => {
  const features = [...root.querySelectorAll("[data-number]"), root].filter((each) => standing[each.dataset.number]);
  if (features.filter((each) => draw(each, standing[each.dataset.number])).length) document.querySelector('[data-role="said"]').textContent = queue.dataset.elsewhere;
});

root.addEventListener("click", (event) => {
  if (!event.target.closest('[data-role="skip"]')) return;
  event.preventDefault();
  for (const none of root.querySelectorAll('input[value="none"]:not(:checked)')) none.click();
});

root.addEventListener("submit", (event) => {
  if (!root.dataset.next) return;
  event.preventDefault();
  const onwards = () => (location.href = root.dataset.next);
  if (Number(queue.dataset.waiting)) document.addEventListener("ballot:empty", onwards, { once: true });
  else onwards();
});
