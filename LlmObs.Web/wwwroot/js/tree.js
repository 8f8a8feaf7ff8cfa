// The span tree: a click opens the span beside it without leaving the page, arrows move, left and right fold, e goes to the next
// failure, typing in the box finds by name. Rows are links and work without this.
import { showPanel } from "./panel.js";

const tree = document.querySelector("[data-tree]");
const rows = [...tree.querySelectorAll(".span-row")];
const levels = rows.map((row) => Number(row.getAttribute("aria-level")));
let current = rows.find((row) => row.getAttribute("aria-selected") === "true");

const spanOf = (row) => new URL(row.href ?? location.href, location.href).searchParams.get("span");
const bySpan = (id) => rows.find((row) => row.href && spanOf(row) === id);

// One tab stop for the whole tree, and what a fold hides is hidden in one walk over the rows.
for (const row of rows) row.tabIndex = row === current ? 0 : -1;

function refold() {
  let below = Infinity;
  rows.forEach((row, i) => {
    row.hidden = levels[i] > below;
    if (!row.hidden) below = row.getAttribute("aria-expanded") === "false" ? levels[i] : Infinity;
  });
}

function reveal(row) {
  let level = levels[rows.indexOf(row)];
  for (let i = rows.indexOf(row) - 1; i >= 0 && level > 1; i--)
    if (levels[i] < level) {
      level = levels[i];
      if (rows[i].getAttribute("aria-expanded") === "false") rows[i].setAttribute("aria-expanded", "true");
    }
  refold();
}

function mark(row, focus) {
  current?.setAttribute("aria-selected", "false");
  if (current) current.tabIndex = -1;
  current = row;
  row.setAttribute("aria-selected", "true");
  row.tabIndex = 0;
  if (row.hidden) reveal(row);
  if (focus) row.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}

// The open tab stays while one walks from span to span.
function addressOf(id) {
  const url = new URL(location.href);
  url.searchParams.set("span", id);
  url.searchParams.delete("parts");
  return url;
}

function select(row, focus = true) {
  if (!row?.href) return;
  mark(row, focus);
  showPanel(addressOf(spanOf(row)));
}

function fold(row, open) {
  row.setAttribute("aria-expanded", String(open));
  refold();
}

tree.addEventListener("click", (e) => {
  const row = e.target.closest(".span-row");
  if (!row || e.ctrlKey || e.metaKey || e.shiftKey || e.button) return;
  e.preventDefault();
  if (e.target.closest(".twig")) fold(row, row.getAttribute("aria-expanded") !== "true");
  else select(row);
});

// A link to a span anywhere on the page (the cause strip, mostly) moves the tree too.
document.addEventListener("click", (e) => {
  const link = e.target.closest("a[href]");
  if (!link || link.closest("[data-tree], [data-panel]") || e.ctrlKey || e.metaKey || e.shiftKey || link.pathname !== location.pathname) return;
  const row = bySpan(new URL(link.href).searchParams.get("span"));
  if (!row) return;
  e.preventDefault();
  if (link.hasAttribute("data-next-failure")) select(nextFailure());
  else select(row);
});

const shown = () => rows.filter((row) => !row.hidden && row.href);
function nextFailure() {
  const failed = rows.filter((row) => row.classList.contains("failed"));
  const at = rows.indexOf(current);
  return failed.find((row) => rows.indexOf(row) > at) ?? failed[0];
}

document.addEventListener("keydown", (e) => {
  if (e.target.matches("input, textarea, select") || e.isComposing || e.ctrlKey || e.metaKey || e.altKey) return;
  if (e.key === "e") return select(nextFailure());
  if (!tree.contains(document.activeElement)) return;
  const list = shown();
  const at = list.indexOf(current);
  const move = { ArrowDown: at + 1, j: at + 1, ArrowUp: at - 1, k: at - 1, Home: 0, End: list.length - 1 }[e.key];
  if (move !== undefined) select(list[Math.max(0, Math.min(list.length - 1, move))]);
  else if (e.key === "ArrowLeft" && current?.getAttribute("aria-expanded") === "true") fold(current, false);
  else if (e.key === "ArrowRight" && current?.getAttribute("aria-expanded") === "false") fold(current, true);
  else return;
  e.preventDefault();
});

for (const button of document.querySelectorAll("[data-fold]"))
  button.addEventListener("click", () => {
    const open = button.dataset.fold === "none";
    // Folding all keeps the first two levels, or nothing would be left to read.
    rows.forEach((row, i) => row.hasAttribute("aria-expanded") && row.setAttribute("aria-expanded", String(open || levels[i] < 2)));
    refold();
  });

const find = document.querySelector("[data-find]");
const hits = document.querySelector("[data-find-hits]");
let found = [];
find?.addEventListener("input", (e) => {
  if (e.isComposing) return;
  const wanted = find.value.trim().toLowerCase();
  found = wanted ? rows.filter((row) => row.querySelector(".text").textContent.toLowerCase().includes(wanted)) : [];
  for (const row of rows) row.classList.toggle("hit", found.includes(row));
  hits.textContent = wanted ? String(found.length) : "";
  if (found[0]) { reveal(found[0]); found[0].scrollIntoView({ block: "nearest" }); }
});
find?.addEventListener("keydown", (e) => {
  if (e.key !== "Enter" || e.isComposing || !found.length) return;
  const next = (found.indexOf(current) + (e.shiftKey ? -1 : 1) + found.length) % found.length;
  hits.textContent = `${next + 1} / ${found.length}`;
  select(found[next], false);
});

addEventListener("popstate", () => {
  const row = bySpan(new URL(location.href).searchParams.get("span")) ?? current;
  if (row) mark(row, false);
  showPanel(new URL(location.href), { push: false });
});

current?.scrollIntoView({ block: "nearest" });
