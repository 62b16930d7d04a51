// Light, dark, or as the system: kept in a cookie, so that the server draws the page right at once.
const root = document.documentElement;
const YEAR = 31536000;

function mark(group) {
  const chosen = root.dataset.theme || "auto";
  for (const button of group.querySelectorAll("button")) button.setAttribute("aria-pressed", String(button.value === chosen));
}

for (const group of document.querySelectorAll('[data-behavior="theme"]')) {
  mark(group);
  group.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.value === "auto") delete root.dataset.theme;
    else root.dataset.theme = button.value;
    const age = button.value === "auto" ? 0 : YEAR;
    document.cookie = `theme=${button.value}; path=/; max-age=${age}; samesite=lax${location.protocol === "https:" ? "; secure" : ""}`;
    mark(group);
  });
}
