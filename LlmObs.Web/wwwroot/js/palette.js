// Ctrl+K or ⌘K anywhere: type an id, a page or a saved view, Enter goes there. Without scripts the same list is the page /jump.
import { isPlainClick } from "./events.js";

const dialog = document.querySelector("[data-palette]");
const input = dialog?.querySelector("input");
const list = dialog?.querySelector("[data-palette-list]");
const url = dialog?.dataset.palette;
let asked = 0;
let timer;
let composing = false;
const items = () => [...list.querySelectorAll("a")];

async function ask() {
  const mine = ++asked;
  const address = new URL(url, location.href);
  address.searchParams.set("text", input.value.trim());
  try {
    const answer = await fetch(address);
    if (!answer.ok) return;
    const html = await answer.text();
    if (mine !== asked) return;
    list.innerHTML = html;
    mark(items()[0]);
  } catch {
    // What is shown stays.
  }
}

function mark(item) {
  for (const other of items()) other.toggleAttribute("data-current", other === item);
  item?.scrollIntoView({ block: "nearest" });
}

function open() {
  dialog.showModal();
  input.select();
  ask();
}

if (dialog) {
  document.addEventListener("keydown", (e) => {
    if (e.key.toLowerCase() !== "k" || !(e.ctrlKey || e.metaKey) || e.altKey || e.shiftKey || e.isComposing) return;
    e.preventDefault();
    if (dialog.open) dialog.close();
    else open();
  });
  document.addEventListener("click", (e) => {
    if (e.target.closest("[data-open-palette]") && isPlainClick(e)) {
      e.preventDefault();
      open();
    } else if (e.target === dialog) dialog.close();
  });
  input.addEventListener("compositionstart", () => (composing = true));
  input.addEventListener("compositionend", () => {
    composing = false;
    ask();
  });
  input.addEventListener("input", () => {
    clearTimeout(timer);
    if (!composing) timer = setTimeout(ask, 120);
  });
  input.addEventListener("keydown", (e) => {
    if (e.isComposing || composing || e.keyCode === 229) return;
    const all = items();
    const at = all.findIndex((item) => item.hasAttribute("data-current"));
    const step = e.key === "ArrowDown" ? 1 : e.key === "ArrowUp" ? -1 : 0;
    if (step !== 0) {
      e.preventDefault();
      mark(all[(at + step + all.length) % all.length]);
    }
  });
  dialog.querySelector("form").addEventListener("submit", async (e) => {
    e.preventDefault();
    if (composing) return;
    // An id pasted and sent at once: the list of before does not know it yet.
    clearTimeout(timer);
    const chosen = list.querySelector("[data-current]");
    if (list.querySelector("[data-text]")?.dataset.text !== input.value.trim()) await ask();
    (list.querySelector("[data-current]") ?? chosen)?.click();
  });
}
