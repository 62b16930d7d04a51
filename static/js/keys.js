// Single keys. A link, button or field says its own with data-key; j and k walk through [data-row], Enter opens its first link.
const STORED = "accord-single-keys";
const typing = (element) =>
  element.closest("select, textarea, [contenteditable]") ||
  (element instanceof HTMLInputElement && !["checkbox", "radio", "button", "submit"].includes(element.type));
const shown = (element) => element.checkVisibility();

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
  const target = [...document.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)].find(shown);
  if (!target) return false;
  if (target.matches("input, select, textarea")) {
    target.focus();
    target.select?.();
  } else target.click();
  return true;
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (localStorage.getItem(STORED) === "off" || typing(event.target) || event.target.closest("dialog[open]")) return;
  let done = false;
  if (event.key === "?") {
    document.getElementById("keys")?.showModal();
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
