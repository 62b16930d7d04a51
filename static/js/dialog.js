// Opens the <dialog> that a button names, where the browser does not know invoker commands yet; Esc and focus are native.
const native = "commandForElement" in HTMLButtonElement.prototype;

document.addEventListener("click", (event) => {
  const button = event.target.closest("button[commandfor]");
  if (!button || native) return;
  const dialog = document.getElementById(button.getAttribute("commandfor"));
  if (!(dialog instanceof HTMLDialogElement)) return;
  if (button.getAttribute("command") === "close") dialog.close();
  else if (!dialog.open) dialog.showModal();
});
