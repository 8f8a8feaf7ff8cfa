// Follows a search: asks for the newest rows every few seconds. New ones come in at the top while the reader is there and does not pause;
// else they wait behind a button. Rows that changed are replaced in place. The list never grows past its bound.
const bar = document.querySelector("[data-live]");
const list = document.querySelector("[data-list]");
const pause = bar.querySelector("[data-live-pause]");
const show = bar.querySelector("[data-live-show]");
const away = bar.querySelector("[data-live-away]");
const every = 3000;
const mostRows = 200;

let waiting = null;
const isPaused = () => pause.getAttribute("aria-pressed") === "true";
const isReading = () => scrollY > 300 || list.contains(document.activeElement);
const byId = (root) => new Map([...root.querySelectorAll("[data-row]")].map((row) => [row.dataset.row, row]));

function bringIn(fresh) {
  const body = list.querySelector("tbody");
  const known = byId(list);
  let day = null;
  let before = body.firstElementChild;
  for (const row of [...fresh.querySelectorAll("tbody > tr")]) {
    if (row.dataset.day) {
      day = body.querySelector(`[data-day="${CSS.escape(row.dataset.day)}"]`);
      if (!day) body.insertBefore((day = row), before);
      before = day.nextElementSibling;
      continue;
    }
    const old = known.get(row.dataset.row);
    if (!old) {
      body.insertBefore(row, before);
      row.dispatchEvent(new CustomEvent("row-added", { bubbles: true }));
    } else if (old !== document.activeElement && !old.isEqualNode(row) && !old.hasAttribute("data-current")) {
      before = old.nextElementSibling;
      old.replaceWith(row);
      row.dispatchEvent(new CustomEvent("row-added", { bubbles: true }));
    } else before = old.nextElementSibling;
  }
  [...body.querySelectorAll("[data-row]")].slice(mostRows).forEach((row) => row.remove());
  waiting = null;
  show.hidden = true;
}

async function again() {
  if (!document.hidden) {
    try {
      const answer = await fetch(bar.dataset.live);
      away.hidden = answer.ok;
      if (answer.ok) {
        const fresh = document.createElement("template");
        fresh.innerHTML = await answer.text();
        const known = byId(list);
        const count = [...byId(fresh.content).keys()].filter((id) => !known.has(id)).length;
        if (count > 0 && (isPaused() || isReading())) {
          waiting = fresh.content;
          show.textContent = bar.dataset.new.replace("{0}", count);
          show.hidden = false;
        } else if (!isPaused()) bringIn(fresh.content);
      }
    } catch {
      away.hidden = false;
    }
  }
  setTimeout(again, every);
}

pause.hidden = false;
pause.addEventListener("click", () => pause.setAttribute("aria-pressed", String(!isPaused())));
show.addEventListener("click", () => waiting && bringIn(waiting));
setTimeout(again, every);
