// A single value of the panel: another form, another part, what changed, in place. The links lead to the same page without this.
import { isPlainClick } from "./events.js";

/** Where a panel's server answers about one value of it. Forms and parts chosen for the others stay: they are in the address of the page. */
export function addressOfValue(panel, page, wanted) {
  const url = new URL(panel.dataset.values, page);
  const given = new Set(url.searchParams.keys());
  for (const [name, text] of new URL(page).searchParams) if (!given.has(name)) url.searchParams.append(name, text);
  for (const [name, text] of Object.entries(wanted)) url.searchParams.set(name, text);
  return url;
}

document.addEventListener("click", async (e) => {
  const link = e.target.closest("[data-value-link]");
  if (!link || !isPlainClick(e)) return;
  e.preventDefault();
  // A link outside of its value names it.
  const value = link.dataset.valueLink ? document.getElementById(link.dataset.valueLink) : link.closest("[data-value]");
  value.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(addressOfValue(link.closest("[data-panel]"), link.href, { field: value.dataset.value }), { credentials: "same-origin" });
    if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-value]");
    value.replaceWith(fresh);
    history.replaceState(null, "", link.href);
    fresh.scrollIntoView({ block: "nearest" });
    fresh.querySelector(".value-tools summary")?.focus({ preventScroll: true });
    document.dispatchEvent(new CustomEvent("panel-shown", { detail: fresh }));
  } catch {
    location.assign(link.href);
  }
});

// An entry of the outline may lie in a fold.
document.addEventListener("click", (e) => {
  const entry = e.target.closest(".outline a");
  if (!entry) return;
  e.preventDefault();
  const part = document.getElementById(entry.hash.slice(1));
  if (!part) return;
  for (let fold = part.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  part.scrollIntoView({ block: "start" });
  for (const other of entry.closest(".outline").querySelectorAll("a")) {
    if (other === entry) other.setAttribute("aria-current", "true");
    else other.removeAttribute("aria-current");
  }
});
