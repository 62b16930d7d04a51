// Chooses the browser's own time zone in a select that nobody has touched yet.
for (const select of document.querySelectorAll('[data-behavior="guess-zone"]')) {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (select.value === "UTC" && [...select.options].some((option) => option.value === zone)) {
    select.value = zone;
  }
}
