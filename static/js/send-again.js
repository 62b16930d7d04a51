// A form that the server was too busy for is sent again by itself, as it was and with the same nonce, so that however
// often it arrives it is one answer. It stops after five tries, and as soon as the person types or chooses again.
const PAUSE = 3000;
const MOST = 5;

for (const form of document.querySelectorAll("form[data-behavior='send-again']")) {
  const key = `sent:${form.elements.nonce.value}`;
  const tries = Number(sessionStorage.getItem(key) ?? 0);
  if (tries >= MOST) continue;
  const timer = setTimeout(() => {
    sessionStorage.setItem(key, tries + 1);
    form.requestSubmit();
  }, PAUSE);
  for (const event of ["input", "submit"]) form.addEventListener(event, () => clearTimeout(timer), { once: true });
}
