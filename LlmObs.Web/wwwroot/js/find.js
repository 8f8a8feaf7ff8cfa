// Finds text in the contents of the panel, folded parts too: n of m, Enter and Shift+Enter walk. f goes to the box. Of a long value one part is shown; what
// stands in the others, the server says.
// Hits are painted by the browser's highlight registry, so that nothing in the text is touched.
import { isShortcut } from "./events.js";
import { addressOfValue } from "./value-forms.js";

const most = 5_000;
let hits = [];
let at = -1;
let waiting;
let elsewhere;

const box = () => document.querySelector("[data-panel] [data-find-text]");
const paint = (name, ranges) => globalThis.CSS?.highlights && (ranges.length ? CSS.highlights.set(name, new Highlight(...ranges)) : CSS.highlights.delete(name));

function collect(root) {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT, (node) =>
    node.parentElement.closest(".value-tools, svg, .sr") ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT);
  const nodes = [];
  let text = "";
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    nodes.push({ node, start: text.length });
    text += node.data;
  }
  return { nodes, text: text.toLowerCase() };
}

function place(nodes, offset) {
  let [low, high] = [0, nodes.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (nodes[middle].start <= offset) low = middle;
    else high = middle - 1;
  }
  return [nodes[low].node, offset - nodes[low].start];
}

function search(panel, words) {
  hits = [];
  at = -1;
  const wanted = words.toLowerCase();
  if (wanted) {
    const { nodes, text } = collect(panel.querySelector(".panel-body"));
    for (let from = text.indexOf(wanted); from >= 0 && hits.length < most; from = text.indexOf(wanted, from + wanted.length)) {
      const range = new Range();
      // Lower case may be longer than what it came from (İ): then the end is the end of its node.
      const [startNode, start] = place(nodes, from);
      const [endNode, end] = place(nodes, from + wanted.length - 1);
      range.setStart(startNode, Math.min(start, startNode.length));
      range.setEnd(endNode, Math.min(end + 1, endNode.length));
      hits.push(range);
    }
  }
  paint("hit", hits);
  paint("hit-now", []);
  if (hits.length) step(1);
  else say();
  lookElsewhere(panel, words);
}

async function lookElsewhere(panel, words) {
  const links = panel.querySelector("[data-find-elsewhere]");
  elsewhere?.abort();
  elsewhere = new AbortController();
  links.replaceChildren();
  for (const value of words ? panel.querySelectorAll("[data-value]:not([data-parts='1'])") : []) {
    const source = addressOfValue(panel, location.href, { handler: "Find", field: value.dataset.value, words });
    const answer = await fetch(source, { signal: elsewhere.signal, credentials: "same-origin" }).catch(() => null);
    if (!answer?.ok) return;
    for (const { part, count, address } of await answer.json()) {
      if (part === Number(value.dataset.part)) continue;
      const link = document.createElement("a");
      link.href = address;
      link.className = "btn small";
      link.dataset.valueLink = value.id;
      link.textContent = links.dataset.findElsewhere.replace("{0}", count.toLocaleString("en")).replace("{1}", part);
      links.append(link);
    }
  }
}

function say() {
  const count = document.querySelector("[data-find-count]");
  if (count) count.textContent = box()?.value ? (hits.length ? `${at + 1} / ${hits.length}${hits.length === most ? "+" : ""}` : "0") : "";
}

function step(by) {
  if (!hits.length) return;
  at = (at + by + hits.length) % hits.length;
  const element = hits[at].startContainer.parentElement;
  for (let fold = element.closest("details:not([open])"); fold; fold = fold.parentElement.closest("details:not([open])")) fold.open = true;
  paint("hit-now", [hits[at]]);
  element.scrollIntoView({ block: "center" });
  say();
}

document.addEventListener("input", (e) => {
  if (!e.target.matches("[data-find-text]") || e.isComposing) return;
  clearTimeout(waiting);
  waiting = setTimeout(() => search(e.target.closest("[data-panel]"), e.target.value), 150);
});
document.addEventListener("compositionend", (e) => e.target.matches("[data-find-text]") && search(e.target.closest("[data-panel]"), e.target.value));

document.addEventListener("click", (e) => {
  const button = e.target.closest("[data-find-step]");
  if (button) step(Number(button.dataset.findStep));
});

document.addEventListener("keydown", (e) => {
  if (e.isComposing || e.ctrlKey || e.metaKey || e.altKey) return;
  if (e.target.matches("[data-find-text]")) {
    if (e.key === "Enter") step(e.shiftKey ? -1 : 1);
    else if (e.key === "Escape") e.target.blur();
    else return;
    e.preventDefault();
  } else if (e.key === "f" && isShortcut(e) && box()) {
    e.preventDefault();
    box().focus();
    box().select();
  }
});

document.addEventListener("panel-shown", () => {
  if (box()?.value) search(box().closest("[data-panel]"), box().value);
  else (hits = []), paint("hit", []), paint("hit-now", []);
});
