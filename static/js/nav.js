// Where the tabs of a product do not fit, the current one is scrolled into view.
for (const nav of document.querySelectorAll(".nav, .tabs")) {
  const current = nav.querySelector("[aria-current]");
  if (current) nav.scrollLeft = current.offsetLeft - (nav.clientWidth - current.offsetWidth) / 2;
}
