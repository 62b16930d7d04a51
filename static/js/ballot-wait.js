// What is not saved yet is sent before anything is called done; whoever closes the page meanwhile is asked first.
const queue = document.querySelector('[data-behavior="ballot-queue"]');
const said = document.querySelector('[data-role="said"]');
const isWaiting = () => Number(queue.dataset.waiting) > 0;

document.addEventListener("submit", (event) => {
  if (!isWaiting() || event.target.dataset.afterTaps === undefined) return;
  event.preventDefault();
  [said.textContent, said.dataset.said] = [queue.dataset.offline, "waiting"];
  document.addEventListener("ballot:empty", () => event.target.requestSubmit(event.submitter), { once: true });
});

// the storage keeps them, but nothing sends them while no page of this ballot is open
addEventListener("beforeunload", (event) => isWaiting() && event.preventDefault());
