// Says how long is left, to the minute and at the end to the second: decoration, since the server alone knows the deadline.
const LONGEST = 3 * 3600;

function tick(place) {
  const left = Math.ceil((new Date(place.dataset.until) - Date.now()) / 1000);
  place.hidden = left > LONGEST;
  if (left <= 0) place.textContent = place.dataset.over;
  else if (left < 60) place.textContent = place.dataset.seconds.replace("%s", left);
  else place.textContent = place.dataset.minutes.replace("%s", Math.floor(left / 60));
  if (left > 0) setTimeout(tick, left <= 120 ? 1000 : 10000, place);
}

for (const place of document.querySelectorAll('[data-behavior="countdown"]')) tick(place);
