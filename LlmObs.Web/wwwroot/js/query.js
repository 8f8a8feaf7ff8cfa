// The query line: a coloured copy under the real input, "/" to reach it, and no search while a word is being composed.
import { isShortcut } from "./events.js";

const form = document.querySelector("[data-query-form]");
const input = form.querySelector("[data-query]");
const box = form.querySelector("[data-query-text]");
const paint = form.querySelector("[data-paint]");

const token = /(#?"(?:\\.|[^"\\])*"?)|([<>]=?|[:=()[\]])|([^\s:<>=()"[\]]+)|(\s+)/g;
const words = /^(and|or|not|in)$/i;

function kind(text, next, afterOperator) {
  if (words.test(text) && !afterOperator) return "q-k";
  if (/^\s*(:|[<>]=?|=|in\s)/.test(next) && !afterOperator) return "q-f";
  return /^-?\d+(\.\d+)?(us|µs|ms|s|m|h|d)?$/.test(text) ? "q-n" : "q-v";
}

// Where the server stumbled, until the line is changed.
let wrong = Number(paint.dataset.wrong || NaN);

function repaint() {
  const line = input.value;
  const spans = [];
  let afterOperator = false;
  for (const { 0: text, 1: quoted, 2: operator, 3: word, index: at } of line.matchAll(token)) {
    const span = document.createElement("span");
    span.textContent = text;
    const rest = line.slice(at + text.length);
    if (quoted) span.className = /^\s*:/.test(rest) ? "q-f" : "q-s";
    else if (operator) span.className = "q-o";
    else if (word) span.className = kind(word, rest, afterOperator);
    if (wrong >= at && wrong < at + text.length) span.classList.add("q-x");
    if (text.trim()) afterOperator = /^[:<>=]/.test(text);
    spans.push(span);
  }
  paint.replaceChildren(...spans);
  follow();
}

const follow = () => (paint.scrollLeft = input.scrollLeft);

let composing = false;
input.addEventListener("compositionstart", () => (composing = true));
input.addEventListener("compositionend", () => (composing = false));
input.addEventListener("keydown", (e) => {
  // The Enter that picks a word of an input method is not the Enter that asks.
  if (e.key === "Enter" && (e.isComposing || composing || e.keyCode === 229)) e.preventDefault();
  if (e.key === "Escape" && !e.isComposing) input.blur();
});
input.addEventListener("input", () => {
  wrong = NaN;
  repaint();
});
for (const name of ["scroll", "keyup", "click", "blur"]) input.addEventListener(name, follow);
form.addEventListener("submit", (e) => composing && e.preventDefault());

document.addEventListener("keydown", (e) => {
  if (e.key !== "/" || !isShortcut(e)) return;
  e.preventDefault();
  input.focus();
  input.select();
});

box.dataset.painted = "";
repaint();
