// On the ranking: x explains the row that has the focus; the row whose explanation is open is marked; Esc closes it.
const slot = () => document.getElementById("explanation");

function mark() {
  const number = slot()?.dataset.feature;
  for (const row of document.querySelectorAll(".ranking [data-row]")) {
    row.classList.toggle("row--selected", row.id === `feature-${number}`);
  }
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea, dialog[open]")) return;
  if (event.key === "x" && localStorage.getItem("accord-single-keys") !== "off") {
    const explain = event.target.closest("[data-row]")?.querySelector("[data-explain]");
    if (!explain) return;
    explain.click();
    event.preventDefault();
  } else if (event.key === "Escape" && !event.defaultPrevented) {
    slot()?.querySelector("[data-close]")?.click();
  }
});

document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.id !== "explanation" && event.target.id !== "ranking") return;
  mark();
  // beside the list the row keeps the focus, so that j and k go on from it; below the list one is taken there
  if (event.target.id === "explanation" && window.innerWidth < 1200) slot().focus();
});
