// Completion of the query line: the server says what fits, arrows choose, Tab inserts, Enter searches. Never while a word is being composed.
const form = document.querySelector("[data-query-form]");
const input = form.querySelector("[data-query]");
const box = form.querySelector("[data-suggest]");
const key = `llmobs-recent-${new URLSearchParams(location.search).get("project") ?? "default"}`;
const mostRecent = 12;

let asked = 0;
let timer;
let composing = false;
const options = () => [...box.querySelectorAll("[role=option]")];
const chosen = () => box.querySelector("[aria-selected=true]");

const recent = () => {
  try {
    return JSON.parse(localStorage.getItem(key)) ?? [];
  } catch {
    return [];
  }
};

function remember(line) {
  if (!line) return;
  try {
    localStorage.setItem(key, JSON.stringify([line, ...recent().filter((one) => one !== line)].slice(0, mostRecent)));
  } catch {
    // A browser that keeps nothing has no history.
  }
}

function close() {
  clearTimeout(timer);
  asked++;
  box.hidden = true;
  input.setAttribute("aria-expanded", "false");
  input.removeAttribute("aria-activedescendant");
}

function choose(option) {
  for (const other of options()) other.setAttribute("aria-selected", String(other === option));
  if (option) {
    input.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  } else input.removeAttribute("aria-activedescendant");
}

function insert(option) {
  const { from, to } = box.querySelector("[data-from]").dataset;
  if (option.dataset.line) input.value = option.dataset.line;
  else input.setRangeText(option.dataset.insert, Number(from), Number(to), "end");
  // What is shown is of the line before; the next Enter is not for it.
  close();
  input.dispatchEvent(new Event("input", { bubbles: true }));
  input.focus();
}

// Lines asked before, below what the server says.
function addRecent(list) {
  const typed = input.value.trim().toLowerCase();
  const lines = recent().filter((line) => line !== input.value.trim() && line.toLowerCase().includes(typed)).slice(0, 5);
  if (lines.length === 0) return;
  const group = document.createElement("div");
  group.setAttribute("role", "group");
  const title = document.createElement("h3");
  title.id = "suggest-recent";
  title.setAttribute("role", "presentation");
  title.textContent = box.dataset.recent;
  group.setAttribute("aria-labelledby", title.id);
  group.append(title);
  for (const [i, line] of lines.entries()) {
    const option = document.createElement("div");
    option.setAttribute("role", "option");
    option.setAttribute("aria-selected", "false");
    option.id = `suggest-recent-${i}`;
    option.dataset.line = line;
    option.className = "whole";
    const name = document.createElement("span");
    name.className = "name cut";
    name.textContent = line;
    option.append(name);
    group.append(option);
  }
  list.append(group);
}

async function ask() {
  const mine = ++asked;
  const url = new URL(box.dataset.suggest, location.href);
  url.searchParams.set("q", input.value);
  url.searchParams.set("at", input.selectionStart);
  try {
    const answer = await fetch(url);
    if (!answer.ok) return;
    const html = await answer.text();
    if (mine !== asked || document.activeElement !== input) return;
    box.innerHTML = html;
    addRecent(box.querySelector("[data-options]"));
    box.hidden = options().length === 0 && !box.querySelector(".diagnose");
    input.setAttribute("aria-expanded", String(!box.hidden));
    choose(null);
  } catch {
    // Without suggestions one can type on.
  }
}

const later = () => {
  clearTimeout(timer);
  if (!composing) timer = setTimeout(ask, 120);
};

input.addEventListener("compositionstart", () => (composing = true));
input.addEventListener("compositionend", () => {
  composing = false;
  later();
});
input.addEventListener("input", later);
input.addEventListener("focus", later);
input.addEventListener("click", later);
// Somebody may have begun before this ran.
if (document.activeElement === input) later();
input.addEventListener("blur", () => setTimeout(close, 150));
// Only what could be read: a line with a mistake comes back with the mistake.
if (!input.hasAttribute("aria-invalid")) remember(input.value.trim());

input.addEventListener("keydown", (e) => {
  if (e.isComposing || composing || e.keyCode === 229) return;
  const all = options();
  const at = all.indexOf(chosen());
  const step = e.key === "ArrowDown" ? 1 : e.key === "ArrowUp" ? -1 : 0;
  if (box.hidden) {
    if (step === 1) later();
    return;
  }
  if (step !== 0 && all.length > 0) {
    e.preventDefault();
    choose(all[(at + step + all.length + (at < 0 && step < 0 ? 1 : 0)) % all.length]);
  } else if (e.key === "Tab" && !e.shiftKey && all.length > 0 && input.value.length > 0) {
    e.preventDefault();
    insert(chosen() ?? all[0]);
  } else if (e.key === "Enter" && chosen()) {
    e.preventDefault();
    insert(chosen());
  } else if (e.key === "Escape") {
    e.stopImmediatePropagation();
    close();
  } else if (e.key === "Enter") close();
}, true);

box.addEventListener("mousedown", (e) => {
  e.preventDefault();
  const option = e.target.closest("[role=option]");
  if (option) insert(option);
});
