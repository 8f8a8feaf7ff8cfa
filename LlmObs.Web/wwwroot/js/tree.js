// The span tree: a click opens the span beside it without leaving the page, keys move and fold. Rows are links and work without this.
// A large tree comes in blocks: those out of sight keep their height and are fetched when they come near (tree-shape.js).
import { isPlainClick, isShortcut } from "./events.js";
import { showPanel } from "./panel.js";
import { Shape } from "./tree-shape.js";

const tree = document.querySelector("[data-tree]");
const shape = new Shape(tree);
const numbers = (text) => (text ? text.split(",").map(Number) : []);
const failures = numbers(tree.dataset.failures);
let found = numbers(tree.dataset.found);
let current = tree.querySelector("[aria-selected=true]");

const at = () => Number(current?.dataset.i ?? -1);

function mark(row, focus) {
  current?.removeAttribute("aria-selected");
  if (current) current.tabIndex = -1;
  current = row;
  row.setAttribute("aria-selected", "true");
  row.tabIndex = 0;
  if (focus) row.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
  frameOnMap(row);
}

// The strip above the tree frames the time of the selected step; the bars may show a part of that time only.
const [sliceFrom, sliceTo] = (tree.dataset.time || "0-100").split("-").map(Number);
function frameOnMap(row) {
  const bar = row.querySelector(".wf .bar, .wf .frame");
  const frame = tree.querySelector(".over .window");
  if (!bar || !frame) return;
  const share = (sliceTo - sliceFrom) / 100;
  frame.setAttribute("x", `${sliceFrom + share * parseFloat(bar.getAttribute("x"))}%`);
  frame.setAttribute("width", `${share * parseFloat(bar.getAttribute("width"))}%`);
}

// The open tab stays while one walks from span to span.
function addressOf(row) {
  const url = new URL(location.href);
  const wanted = new URL(row.href).searchParams;
  for (const name of ["trace", "span"]) if (wanted.has(name)) url.searchParams.set(name, wanted.get(name));
  for (const name of [...url.searchParams.keys()]) if (!["project", "trace", "span", "tab", "view", "show", "find", "kind", "only", "time", "lang"].includes(name)) url.searchParams.delete(name);
  return url;
}

async function select(index, { focus = true, panel = true } = {}) {
  if (index === undefined || index < 0 || index >= shape.total) return;
  await shape.reveal(index);
  const row = await shape.row(index);
  if (!row?.href) return;
  mark(row, focus);
  if (panel) showPanel(addressOf(row));
}

const next = (rows, step) => (step > 0 ? (rows.find((row) => row > at()) ?? rows[0]) : (rows.findLast((row) => row < at()) ?? rows.at(-1)));

tree.addEventListener("click", (e) => {
  const row = e.target.closest(".span-row");
  if (!row || !isPlainClick(e)) return;
  e.preventDefault();
  if (e.target.closest(".twig") || !row.href) shape.fold(Number(row.dataset.i), row.getAttribute("aria-expanded") === "false");
  else select(Number(row.dataset.i));
});

// A link to a span anywhere on the page (the cause strip, the map of a long trace) moves the tree too.
document.addEventListener("click", (e) => {
  const link = e.target.closest("a");
  const href = link?.href.baseVal ?? link?.href;
  if (!href || link.closest(".rows, [data-panel], [data-view], [data-only], [data-whole]") || !isPlainClick(e)) return;
  const url = new URL(href, location.href);
  if (url.pathname !== location.pathname) return;
  const row = link.dataset.failure ? next(failures, Number(link.dataset.failure))
    : link.dataset.hit ? next(found, Number(link.dataset.hit))
    : link.dataset.row ? Number(link.dataset.row)
    : shape.drawn(url.searchParams.get("trace"), url.searchParams.get("span"));
  if (row === undefined || row < 0) return;
  e.preventDefault();
  select(row);
});

const steps = {
  ArrowDown: () => shape.next(at(), 1), j: () => shape.next(at(), 1),
  ArrowUp: () => shape.next(at(), -1), k: () => shape.next(at(), -1),
  Home: () => 0, End: () => shape.next(shape.total, -1),
  e: () => next(failures, 1), E: () => next(failures, -1),
  n: () => next(found, 1), N: () => next(found, -1),
};
const folds = { "]": () => shape.foldAll(true), "[": () => shape.foldAll(false), p: () => shape.foldLevel(true), o: () => shape.foldLevel(false) };

document.addEventListener("keydown", (e) => {
  if (!isShortcut(e)) return;
  const inPanel = e.target.closest("[data-panel]");
  if (folds[e.key]) folds[e.key]();
  else if (e.key.startsWith("Arrow") || e.key === "Home" || e.key === "End") {
    if (inPanel) return;
    if (e.key === "ArrowLeft" && current?.getAttribute("aria-expanded") === "true") shape.fold(at(), false);
    else if (e.key === "ArrowLeft") shape.parent(at()).then((row) => select(row));
    else if (e.key === "ArrowRight" && current?.getAttribute("aria-expanded") === "false") shape.fold(at(), true);
    else if (e.key === "ArrowRight") select(shape.next(at(), 1));
    else select(steps[e.key]());
  } else if (steps[e.key]) select(steps[e.key]());
  else return;
  e.preventDefault();
});

for (const button of document.querySelectorAll("[data-fold]")) button.addEventListener("click", () => shape.foldAll(button.dataset.fold === "all"));

const only = document.querySelector("[data-only]");
const isOnly = () => only.getAttribute("aria-current") === "true";
async function setOnly(on) {
  if (on) only.setAttribute("aria-current", "true");
  else only.removeAttribute("aria-current");
  await shape.showOnlyFound(on);
  if (current) await shape.reveal(at());
}
only.addEventListener("click", async (e) => {
  if (!isPlainClick(e)) return;
  e.preventDefault();
  await setOnly(!isOnly());
  current?.scrollIntoView({ block: "nearest" });
  // By way of the panel: one that is still on its way would bring the address of before.
  const url = current ? addressOf(current) : new URL(location.href);
  if (isOnly()) url.searchParams.set("only", "1");
  else url.searchParams.delete("only");
  showPanel(url);
});

document.addEventListener("spans-found", async (e) => {
  found = e.detail.rows;
  await shape.found(found);
  if (found.length && !found.includes(at())) await select(next(found, 1), { focus: false });
  document.querySelector("[data-hit-steps]").hidden = found.length === 0;
});
document.addEventListener("spans-step", (e) => select(next(found, e.detail), { focus: false }));

addEventListener("popstate", () => {
  const wanted = new URL(location.href).searchParams;
  if (isOnly() !== (wanted.get("only") === "1")) setOnly(!isOnly());
  const row = shape.drawn(wanted.get("trace"), wanted.get("span"));
  if (row < 0) return location.reload();
  select(row, { focus: false, panel: false });
  showPanel(new URL(location.href), { push: false });
});

shape.found(found);
if (isOnly() && found.length) setOnly(true);
if (current) {
  // The row comes into sight within the tree; the page itself stays at its head.
  current.tabIndex = 0;
  tree.scrollTop += current.getBoundingClientRect().top - tree.getBoundingClientRect().top - tree.clientHeight / 2;
}
