// Asks for a part again every few seconds while somebody can see it. The browser's cache sends the tag along, so that a
// part in which nothing has changed costs a 304.
const RETRY_AT_MOST = 60000;

async function part(url) {
  const answer = await fetch(url, { cache: "no-cache", headers: { Accept: "text/html" }, credentials: "same-origin" });
  if (!answer.ok || answer.redirected) throw new Error(`answered ${answer.status}`);
  return { tag: answer.headers.get("ETag"), html: await answer.text() };
}

function fragment(html) {
  return new DOMParser().parseFromString(html, "text/html").body.firstElementChild;
}

async function showResults(box) {
  const url = box.querySelector("[data-results]")?.dataset.results;
  const place = document.querySelector('[data-behavior="poll-results"]');
  if (!place) return;
  if (!url) {
    place.replaceChildren();
    delete place.dataset.tag;
    return;
  }
  const found = await part(url);
  if (found.tag === place.dataset.tag) return;
  place.dataset.tag = found.tag;
  place.replaceChildren(fragment(found.html));
}

function watch(box) {
  const every = 1000 * Number(box.dataset.seconds);
  let wait = every;
  let timer;

  const stale = document.createElement("p");
  stale.className = "meeting__stale";
  stale.textContent = box.dataset.stale;
  stale.hidden = true;
  box.after(stale);

  async function ask() {
    clearTimeout(timer);
    if (document.visibilityState !== "visible") return;
    try {
      const found = await part(box.dataset.url);
      if (found.tag !== box.dataset.tag) {
        const before = box.firstElementChild?.dataset.state;
        const fresh = fragment(found.html);
        if (before && fresh.dataset.state !== before) return location.reload();
        box.replaceChildren(fresh);
        box.dataset.tag = found.tag;
      }
      await showResults(box);
      stale.hidden = true;
      wait = every;
    } catch {
      stale.hidden = false;
      wait = Math.min(2 * wait, RETRY_AT_MOST);
    }
    timer = setTimeout(ask, wait);
  }

  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") ask();
  });
  box.dataset.tag = box.firstElementChild?.dataset.etag ?? "";
  ask();
}

for (const box of document.querySelectorAll('[data-behavior="poll"]')) watch(box);
