// Finding inside a trace without leaving the page: the server looks into names and contents, the tree marks what it found.
// Enter again walks on, Shift+Enter back; so do n and N outside the box.
import { isShortcut } from "./events.js";

const form = document.querySelector("[data-find-form]");
const box = form.querySelector("[data-find]");
const hits = document.querySelector("[data-find-hits]");
const tree = document.querySelector("[data-tree]");
let running;
let asked = box.value.trim();

async function find() {
  const url = new URL(location.href);
  for (const name of ["find", "kind"]) {
    const value = form.elements[name].value.trim();
    if (value) url.searchParams.set(name, value);
    else url.searchParams.delete(name);
  }
  asked = box.value.trim();
  history.replaceState(null, "", url);
  running?.abort();
  running = new AbortController();
  const source = new URL(url);
  source.searchParams.set("handler", "Find");
  try {
    const answer = await fetch(source, { signal: running.signal, credentials: "same-origin" });
    if (!answer.ok) throw new Error(String(answer.status));
    const found = await answer.json();
    const cut = found?.isCut ? ` · ${hits.dataset.cut}` : "";
    hits.textContent = found ? (found.rows.length ? found.rows.length.toLocaleString("en") : hits.dataset.none) + cut : "";
    document.dispatchEvent(new CustomEvent("spans-found", { detail: found ?? { rows: [] } }));
  } catch (error) {
    if (error.name !== "AbortError") form.submit();
  }
}

// Only the tree can show finds in place; other views are drawn again.
if (tree)
  form.addEventListener("submit", (e) => {
    e.preventDefault();
    find();
  });
form.querySelector("[data-kind]").addEventListener("change", () => form.requestSubmit());
box.addEventListener("keydown", (e) => {
  if (e.key === "Escape") box.blur();
  if (e.key !== "Enter") return;
  if (e.isComposing) e.preventDefault();
  else if (tree && asked && asked === box.value.trim()) {
    e.preventDefault();
    document.dispatchEvent(new CustomEvent("spans-step", { detail: e.shiftKey ? -1 : 1 }));
  }
});
document.addEventListener("keydown", (e) => {
  if (e.key !== "/" || !isShortcut(e)) return;
  e.preventDefault();
  box.select();
  box.focus();
});
