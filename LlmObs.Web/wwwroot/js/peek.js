// On wide screens the selected row is shown beside the list. rows.js says which one it is; Escape or the cross closes the preview.
const pane = document.querySelector("[data-peek-pane]");
const grid = document.querySelector("[data-grid]");
const wide = matchMedia("(width >= 1400px)");
let asked = 0;

function close() {
  asked++;
  pane.hidden = true;
  grid.classList.remove("with-peek");
}

document.addEventListener("row-selected", async (e) => {
  const url = e.detail.dataset.peek;
  if (!pane || !url || !wide.matches) return;
  const mine = ++asked;
  try {
    const answer = await fetch(url);
    if (!answer.ok || mine !== asked) return;
    const html = await answer.text();
    if (mine !== asked) return;
    pane.innerHTML = html;
    pane.hidden = false;
    grid.classList.add("with-peek");
    e.detail.scrollIntoView({ block: "nearest" });
  } catch {
    // The list is still there, and Enter opens the whole.
  }
});

document.addEventListener("click", (e) => e.target.closest("[data-close-peek]") && close());
document.addEventListener("keydown", (e) => {
  if (e.key === "Escape" && !e.isComposing && pane && !pane.hidden && !e.target.matches("input, textarea, select")) close();
});
