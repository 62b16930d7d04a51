// Saves each answer as it is given. "Saved" is said only after the server said so; what could not be sent is kept here,
// the newest answer of each cell, and sent again until it is through. Without this file the form's own button saves.
const root = document.querySelector('[data-behavior="ballot"]');
const said = document.querySelector('[data-role="said"]');
const next = document.querySelector('[data-role="next"]');
const waiting = new Map();
const WAITS = [1000, 2000, 4000, 8000];
const REPEATED = new Set([408, 425, 429, 500, 502, 503, 504]);
const TIMEOUT = 8000;
const PATIENCE = 150;
let token = document.querySelector("input[name=csrfmiddlewaretoken]").value;
let sending = null;

function say(text, state) {
  said.textContent = text;
  said.dataset.said = state;
}

function post(tap) {
  return fetch(tap.url, {
    method: "POST",
    headers: { Accept: "application/json", "X-CSRFToken": token },
    body: new URLSearchParams({ [tap.name]: tap.value }),
    signal: AbortSignal.timeout(TIMEOUT),
  });
}

async function send(tap) {
  let reply = await post(tap);
  if (reply.status === 403) {
    // another tab renewed the cookie: fetch the token that goes with it, and repeat
    token = (await (await fetch(root.dataset.token, { headers: { Accept: "application/json" } })).json()).token;
    for (const field of document.querySelectorAll("input[name=csrfmiddlewaretoken]")) field.value = token;
    reply = await post(tap);
  }
  if (REPEATED.has(reply.status)) throw new Error(`to be repeated: ${reply.status}`);
  return reply;
}

async function drain() {
  for (let failures = 0; waiting.size; ) {
    const [cell, tap] = waiting.entries().next().value;
    try {
      const reply = await send(tap);
      if (waiting.get(cell) === tap) waiting.delete(cell);
      failures = 0;
      if (reply.ok) {
        const answer = await reply.json();
        if (!waiting.size) say(root.dataset.arrows === undefined ? answer.said : answer.short, "saved");
        document.querySelector('[data-role="progress"]')?.setAttribute("value", answer.answered);
      } else if (reply.headers.get("Content-Type")?.includes("json")) say((await reply.json()).said, "refused");
      else location.reload();
    } catch {
      say(root.dataset.offline, "waiting");
      const wait = WAITS[Math.min(failures++, WAITS.length - 1)];
      await new Promise((resume) => {
        setTimeout(resume, wait);
        addEventListener("online", resume, { once: true });
      });
    }
  }
}

function pump() {
  sending ??= drain().finally(() => (sending = null));
  return sending;
}

function isOpen(scope) {
  return [...scope.querySelectorAll('[data-role="question"]')].some((row) => !row.querySelector(":checked"));
}

function redraw(row) {
  next?.toggleAttribute("data-incomplete", isOpen(root));
  if (!row) return;
  const [of, open] = [row.querySelectorAll('[data-role="question"]').length, isOpen(row)];
  const state = row.querySelector('[data-role="state"]');
  const n = row.querySelectorAll(":checked").length;
  row.toggleAttribute("data-complete", !open);
  state.textContent = open ? state.dataset.part.replace("%(n)s", n).replace("%(of)s", of) : state.dataset.complete;
  const all = document.querySelector('[data-role="complete"]');
  all.textContent = root.querySelectorAll("[data-complete][data-role=feature]").length;
}

root.addEventListener("change", ({ target }) => {
  if (!target.matches("input[type=radio]")) return;
  waiting.set(`${target.form.action} ${target.name}`, { url: target.form.action, name: target.name, value: target.value });
  setTimeout(() => waiting.size && said.dataset.said !== "waiting" && say(root.dataset.saving, "saving"), PATIENCE);
  redraw(target.closest('[data-role="feature"]'));
  pump();
});

root.addEventListener("click", (event) => {
  if (!event.target.closest('[data-role="skip"]')) return;
  event.preventDefault();
  for (const none of root.querySelectorAll('input[value="none"]:not(:checked)')) none.click();
});

root.addEventListener("submit", async (event) => {
  if (!root.dataset.next) return;
  event.preventDefault();
  await pump();
  location.href = root.dataset.next;
});

addEventListener("beforeunload", (event) => {
  if (waiting.size) event.preventDefault();
});
