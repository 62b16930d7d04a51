// Sends a comment or a question the way taps are sent: kept until it is saved, and once. Without this file the form does.
const form = document.querySelector('[data-behavior="ballot"]');
const box = form.querySelector('[data-role="remark"]');
const text = box.querySelector("textarea");
const isMine = (tap) => tap.fields && tap.url === form.action;

form.addEventListener("submit", (event) => {
  if (event.submitter?.name !== "remark") return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const words = text.value.trim();
  if (!words) return text.focus();
  const detail = { url: form.action, fields: { text: words, remark: event.submitter.value }, label: words };
  document.dispatchEvent(new CustomEvent("ballot:tap", { detail }));
  text.readOnly = true;
});

document.addEventListener("ballot:waiting", ({ detail: tap }) => {
  if (isMine(tap)) [box.open, text.value, text.readOnly] = [true, tap.label, true];
});

document.addEventListener("ballot:saved", ({ detail: { tap, answer } }) => {
  if (!isMine(tap)) return;
  form.querySelector('[data-role="remarks"]').insertAdjacentHTML("beforeend", answer.remark);
  [text.value, text.readOnly, box.open] = ["", false, false];
  box.querySelector("summary").focus();
});

document.addEventListener("ballot:refused", ({ detail: { tap } }) => {
  if (isMine(tap)) text.readOnly = false;
});
