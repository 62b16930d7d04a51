// Shows the print button, which needs JavaScript, and prints.
for (const button of document.querySelectorAll('[data-behavior="print"]')) button.hidden = false

document.addEventListener("click", (event) => {
  if (event.target.closest('[data-behavior="print"]')) window.print()
})
