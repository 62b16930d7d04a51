// Sends every tap until the server has it. A tap carries a nonce: however often it is sent, it is one answer. "Saved" is
// said only after the server said so. Talks to the page by events: takes ballot:tap and :again, tells ballot:waiting,
// :saved, :refused, :standing, :empty, and to ballot-kept.js :keep and :drop.
const [root, said] = ['[data-behavior="ballot-queue"]', '[data-role="said"]'].map((each) => document.querySelector(each));
const REPEATED = new Set([403, 408, 425, 429, 500, 502, 503, 504, 507]);
const [WAITS, TIMEOUT, PATIENCE] = [[1000, 2000, 4000, 8000], 8000, 150];
const page = [...crypto.getRandomValues(new Uint8Array(8))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const taps = new Map();
let token = document.querySelector("input[name=csrfmiddlewaretoken]")?.value ?? "";
let [sequence, sending, refused] = [0, null, false];

const tell = (name, detail) => document.dispatchEvent(new CustomEvent(`ballot:${name}`, { detail }));
const say = (text, state) => ([said.textContent, said.dataset.said] = [text, state]);

function keep(nonce, tap) {
  taps.set(nonce, tap);
  root.dataset.waiting = taps.size;
  tell("keep", { nonce, tap });
}

function drop(nonce) {
  taps.delete(nonce);
  root.dataset.waiting = taps.size;
  tell("drop", { nonce });
}

function post(nonce, tap) {
  const body = new URLSearchParams({ ...(tap.fields ?? { [tap.name]: tap.value }), nonce, answerer: root.dataset.answerer, waited: Math.max(0, Date.now() - tap.at) });
  const headers = { Accept: "application/json", "X-CSRFToken": token };
  return fetch(tap.url, { method: "POST", headers, body, signal: AbortSignal.timeout(TIMEOUT) });
}

async function learn() {
  const reply = await fetch(root.dataset.now, { headers: { Accept: "application/json" }, signal: AbortSignal.timeout(TIMEOUT) });
  if (!reply.headers.get("Content-Type")?.includes("json")) return reply.status;
  const now = await reply.json();
  if (now.answerer !== root.dataset.answerer) return 409; // another link was opened since: what it shows is not of this page
  token = now.token;
  for (const field of document.querySelectorAll("input[name=csrfmiddlewaretoken]")) field.value = token;
  tell("standing", now);
  if (now.said && !taps.size) say(now.said, "refused");
  return 200;
}

async function send(nonce, tap) {
  let reply = await post(nonce, tap);
  // another tab renewed the cookie: fetch the token that goes with it, and repeat
  if (reply.status === 403 && (await learn()) === 200) reply = await post(nonce, tap);
  if (REPEATED.has(reply.status)) throw new Error(`to be repeated: ${reply.status}`);
  const isAnswer = reply.headers.get("Content-Type")?.includes("json");
  if (!isAnswer && (await learn()) !== 200) {
    delete root.dataset.waiting; // the page says why there is no way in any more; a new link finds the taps here
    return location.reload();
  }
  const answer = isAnswer ? await reply.json() : { said: root.dataset.lost };
  drop(nonce);
  tell(reply.ok ? "saved" : "refused", { tap, answer });
  refused ||= !reply.ok;
  if (!reply.ok) say(answer.said, "refused");
  else if (!taps.size && !refused) say(said.dataset.short === undefined ? answer.said : answer.short, "saved");
}

async function drain() {
  refused = false;
  for (let failures = 0; taps.size; ) {
    const [[nonce, tap], ...later] = taps;
    try {
      // of several taps on one cell that wait, the newest alone is sent
      if (tap.name && later.some(([, each]) => each.url === tap.url && each.name === tap.name)) drop(nonce);
      else await send(nonce, tap);
      failures = 0;
    } catch {
      say(root.dataset.offline, "waiting");
      await new Promise((resume) => {
        setTimeout(resume, WAITS[Math.min(failures++, WAITS.length - 1)]);
        addEventListener("online", resume, { once: true });
      });
    }
  }
  tell("empty");
}

const pump = () => (sending ??= drain().finally(() => (sending = null)));

document.addEventListener("ballot:tap", ({ detail }) => {
  keep(`${page}.${++sequence}`, { ...detail, at: Date.now() });
  setTimeout(() => taps.size && said.dataset.said !== "waiting" && say(root.dataset.saving, "saving"), PATIENCE);
  pump();
});

addEventListener("visibilitychange", () => document.hidden || learn().catch(() => {}));
addEventListener("pageshow", (event) => event.persisted && learn().catch(() => {}));

// what an earlier page could not send
document.addEventListener("ballot:again", ({ detail: { nonce, tap } }) => {
  keep(nonce, tap);
  tell("waiting", tap);
  say(root.dataset.offline, "waiting");
  pump();
});
