// Single keys. A link, button or field says its own with data-key; j and k walk through [data-row], Enter opens its first link.
const STORED = "accord-single-keys";
const typing = (element) =>
  element.closest("select, textarea, [contenteditable]") ||
  (element instanceof HTMLInputElement && !["checkbox", "radio", "button", "submit"].includes(element.type));
const shown = (element) => element.checkVisibility();
const dialog = document.getElementById("keys");

// what the page has comes before what every page has; a link of a closed menu works too, unless words in a form would be lost
let begun = Boolean(document.querySelector("#main .field__error"));
document.addEventListener("input", ({ target }) => (begun ||= Boolean(target.closest('#main form[method="post"]'))));

function targetOf(key) {
  const all = [...document.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)];
  const found = all.find((each) => shown(each) && !each.closest(".header")) ?? all.find(shown);
  return found ?? (begun ? undefined : all.find((each) => each.closest("details:not([open])")));
}

function walk(step) {
  const rows = [...document.querySelectorAll("[data-row]")].filter(shown);
  if (!rows.length) return false;
  const at = rows.findIndex((row) => row.contains(document.activeElement));
  const next = rows[at < 0 ? (step > 0 ? 0 : rows.length - 1) : Math.min(Math.max(at + step, 0), rows.length - 1)];
  (next.matches("a, button") ? next : next.querySelector("a, button"))?.focus();
  next.scrollIntoView({ block: "nearest" });
  return true;
}

function act(key) {
  const target = targetOf(key);
  if (!target) return false;
  if (target.matches("input, select, textarea")) {
    target.focus();
    target.select?.();
  } else target.click();
  return true;
}

// the list names what works on this page, in the words of the link or button that a key presses
function list() {
  for (const line of dialog.querySelectorAll("[data-key-of], [data-works-on]")) {
    const { keyOf, worksOn } = line.dataset;
    const target = keyOf ? targetOf(keyOf) : [...document.querySelectorAll(worksOn)].find(shown);
    line.hidden = !target;
    if (!keyOf || !target?.matches("a, button")) continue;
    const words = [...target.childNodes].filter((node) => node.nodeName !== "KBD").map((node) => node.textContent);
    line.querySelector("dd").textContent = words.join("").trim();
  }
}

document.addEventListener("click", (event) => {
  if (event.target.closest('[commandfor="keys"]')) list();
});

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (localStorage.getItem(STORED) === "off" || typing(event.target) || event.target.closest("dialog[open]")) return;
  let done = false;
  if (event.key === "?") {
    list();
    dialog.showModal();
    done = true;
  } else if (event.key === "j" || event.key === "k") done = walk(event.key === "j" ? 1 : -1);
  else if (event.key.length === 1 && !event.repeat) done = act(event.key);
  if (done) event.preventDefault();
});

const box = document.querySelector('[data-behavior="single-keys"]');
if (box) {
  box.checked = localStorage.getItem(STORED) !== "off";
  box.addEventListener("change", () => localStorage.setItem(STORED, box.checked ? "on" : "off"));
}
