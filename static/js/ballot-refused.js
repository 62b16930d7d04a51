// Keeps in sight what the server refused, in words: nothing that one chose vanishes unsaid.
const list = document.querySelector('[data-role="refused"]');

document.addEventListener("ballot:refused", ({ detail: { tap } }) => {
  list.querySelector("ul").append(Object.assign(document.createElement("li"), { textContent: tap.label, dir: "auto" }));
  list.hidden = false;
});
