// Says how long the ballot will take while features are picked; the server says it too, at each of its answers.
const form = document.querySelector('[data-behavior="voting-meter"]');
const meter = form?.querySelector('[data-role="meter"]');

function duration(seconds) {
  if (seconds < 60) return meter.dataset.seconds.replace("%s", Math.max(10, Math.round(seconds / 10) * 10));
  return meter.dataset.minutes.replace("%s", Math.round(seconds / 60));
}

form?.addEventListener("change", (event) => {
  if (event.target.name !== "features") return;
  const count = form.querySelectorAll('[name="features"]:checked, [data-role="hidden-pick"]').length;
  const time = duration(count * form.dataset.criteria * form.dataset.seconds);
  meter.classList.toggle("warn", count * form.dataset.criteria * form.dataset.seconds > form.dataset.long);
  meter.textContent = count ? meter.dataset.some.replace("%(features)s", count).replace("%(time)s", time) : meter.dataset.none;
});
