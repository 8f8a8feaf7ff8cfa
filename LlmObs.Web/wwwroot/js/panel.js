// The panel beside the tree: swapped in place when another span, tab or view is asked for. What happens inside it has modules of its own.
import "./value-forms.js";
import "./reading.js";
import "./find.js";
import "./clip.js";
import { isPlainClick, isShortcut } from "./events.js";

let running;

/** Puts the panel of an address beside the tree; without an answer the browser simply goes there. */
export async function showPanel(address, { push = true } = {}) {
  running?.abort();
  running = new AbortController();
  const old = document.querySelector("[data-panel]");
  const source = new URL(address);
  source.searchParams.set("handler", "Panel");
  old?.setAttribute("data-loading", "");
  try {
    const answer = await fetch(source, { signal: running.signal, credentials: "same-origin" });
    if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-panel]");
    for (const name of ["data-zoom", "data-nowrap", "data-full"]) if (old.hasAttribute(name)) fresh.setAttribute(name, old.getAttribute(name));
    old.replaceWith(fresh);
    if (push) history.pushState(null, "", address);
    document.dispatchEvent(new CustomEvent("panel-shown", { detail: fresh }));
  } catch (error) {
    if (error.name !== "AbortError") location.assign(address);
  }
}

document.addEventListener("click", (e) => {
  const link = e.target.closest("[data-panel] .tabs a, [data-panel] .seg a");
  if (!link || !isPlainClick(e) || link.pathname !== location.pathname) return;
  e.preventDefault();
  showPanel(new URL(link.href));
});

// r: read or raw.
document.addEventListener("keydown", (e) => {
  if (e.key !== "r" || !isShortcut(e)) return;
  const other = document.querySelector("[data-panel] [data-reading]:not([aria-current])");
  if (other) showPanel(new URL(other.href));
});
