// Arrow keys walk through the bars of a drawn roadmap: along a row, and to the nearest bar above or below.

const middle = (bar) => {
  const { left, top, width, height } = (bar.querySelector(".bar__body, .bar__stroke") ?? bar).getBoundingClientRect()
  return { left, x: left + width / 2, y: top + height / 2 }
}

const WAYS = {
  ArrowRight: (here, there) => Math.abs(there.y - here.y) < 4 && there.left > here.left && there.left - here.left,
  ArrowLeft: (here, there) => Math.abs(there.y - here.y) < 4 && there.left < here.left && here.left - there.left,
  ArrowDown: (here, there) => there.y > here.y + 3 && (there.y - here.y) * 20 + Math.abs(there.left - here.left),
  ArrowUp: (here, there) => there.y < here.y - 3 && (here.y - there.y) * 20 + Math.abs(there.left - here.left),
}

document.addEventListener("keydown", (event) => {
  const bar = event.target.closest?.('[data-behavior="timeline"] a.bar')
  const distance = WAYS[event.key]
  if (!bar || !distance || event.ctrlKey || event.metaKey || event.altKey) return
  const here = middle(bar)
  let best = null
  for (const other of bar.closest("svg.drawing").querySelectorAll("a.bar")) {
    const far = other !== bar && distance(here, middle(other))
    if (far && (!best || far < best.far)) best = { other, far }
  }
  event.preventDefault()
  best?.other.focus()
})
