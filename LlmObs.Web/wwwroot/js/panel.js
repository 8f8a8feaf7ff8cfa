// The panel beside the tree: swapped in place when another span, tab or view is asked for; reading aids; copying.
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
  const link = e.target.closest("[data-panel] .tabs a, [data-panel] .seg a, [data-panel] .gate a");
  if (!link || e.ctrlKey || e.metaKey || e.shiftKey || link.pathname !== location.pathname) return;
  e.preventDefault();
  showPanel(new URL(link.href));
});

// An entry of the outline may lie in a fold.
document.addEventListener("click", (e) => {
  const entry = e.target.closest(".outline a");
  if (!entry) return;
  e.preventDefault();
  const part = document.getElementById(entry.hash.slice(1));
  if (!part) return;
  part.open = true;
  part.scrollIntoView({ block: "start" });
  for (const other of entry.closest(".outline").querySelectorAll("a")) other.toggleAttribute("aria-current", other === entry);
});

/** What a reader sees, without the notes and numbers around it. */
function textOf(element) {
  const copy = element.cloneNode(true);
  for (const note of copy.querySelectorAll("[data-copy-skip]")) note.remove();
  return copy.textContent.replace(/\n+$/, "\n");
}

async function copied(button, text) {
  await navigator.clipboard.writeText(text);
  const use = button.querySelector("use");
  use?.setAttribute("href", "#i-tick");
  setTimeout(() => use?.setAttribute("href", button.hasAttribute("data-copy-link") ? "#i-link" : "#i-copy"), 1500);
}

document.addEventListener("click", async (e) => {
  const button = e.target.closest("[data-copy], [data-copy-text], [data-copy-raw], [data-copy-link]");
  if (!button || e.ctrlKey || e.metaKey) return;
  e.preventDefault();
  e.stopPropagation();
  const { copy, copyText, copyRaw } = button.dataset;
  if (copyText !== undefined) await copied(button, copyText);
  else if (copyRaw !== undefined) await copied(button, await (await fetch(copyRaw, { credentials: "same-origin" })).text());
  else if (copy !== undefined) await copied(button, textOf(document.getElementById(copy.slice(1))));
  else await copied(button, button.href);
});

document.addEventListener("click", (e) => {
  const button = e.target.closest("[data-do]");
  if (!button) return;
  const panel = button.closest("[data-panel]");
  const act = button.dataset.do;
  if (act === "zoom") panel.dataset.zoom = String(Math.max(-1, Math.min(2, Number(panel.dataset.zoom ?? 0) + Number(button.value))));
  if (act === "wrap") button.setAttribute("aria-pressed", String(!panel.toggleAttribute("data-nowrap")));
  if (act === "full") button.setAttribute("aria-pressed", String(panel.toggleAttribute("data-full")));
});

document.addEventListener("keydown", (e) => {
  if (e.key === "Escape") document.querySelector("[data-panel][data-full]")?.removeAttribute("data-full");
});
