// A text area of features, one a line, gets a search beside it whose results add lines.
for (const box of document.querySelectorAll('[data-behavior="references"]')) {
  box.querySelector(".references").hidden = false;
  box.addEventListener("click", (event) => {
    const found = event.target.closest("[data-line]");
    if (!found) return;
    const area = box.querySelector("textarea");
    const lines = area.value.split("\n").filter((line) => line.trim());
    if (!lines.includes(found.dataset.line)) lines.push(found.dataset.line);
    area.value = lines.join("\n");
    const search = box.querySelector('input[type="search"]');
    search.value = "";
    box.querySelector(".references__found").replaceChildren();
    search.focus();
  });
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches('input[type="search"]')) {
      event.preventDefault();
      box.querySelector("[data-line]")?.click();
    }
  });
}
