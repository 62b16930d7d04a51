// The first field that could not be saved gets the focus, after a page load and after an htmx swap.
const focusIn = (root) => root.querySelector('[aria-invalid="true"]')?.focus();

focusIn(document);
document.addEventListener("htmx:afterSettle", (event) => focusIn(event.target));
