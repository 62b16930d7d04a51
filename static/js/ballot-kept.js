// Keeps the taps that the server has not got yet in the browser's storage, under the round and the person, so that neither a
// tunnel nor a reload loses one; gives ballot-queue.js, which must be loaded first, what an earlier page left, oldest first.
const root = document.querySelector('[data-behavior="ballot-queue"]');
const KEPT = `accord-tap:${root.dataset.queue}:`;

function kept() {
  try {
    const keys = Object.keys(localStorage).filter((each) => each.startsWith(KEPT));
    const found = keys.map((key) => ({ nonce: key.slice(KEPT.length), tap: JSON.parse(localStorage.getItem(key)) }));
    return found.sort((one, other) => one.tap.at - other.tap.at);
  } catch {
    return [];
  }
}

document.addEventListener("ballot:keep", ({ detail: { nonce, tap } }) => {
  try {
    localStorage.setItem(KEPT + nonce, JSON.stringify(tap));
  } catch {} // no room, or forbidden: then the page alone keeps it
});

document.addEventListener("ballot:drop", ({ detail: { nonce } }) => {
  try {
    localStorage.removeItem(KEPT + nonce);
  } catch {}
});

for (const detail of kept()) document.dispatchEvent(new CustomEvent("ballot:again", { detail }));
