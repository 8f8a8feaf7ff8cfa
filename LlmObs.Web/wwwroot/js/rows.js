// Lists are one tab stop: j, k and arrows move, Enter opens. The links in the rows work without this.
import { isShortcut } from "./events.js";

const rows = () => [...document.querySelectorAll("[data-rows] [data-row]")];
const wide = matchMedia("(width >= 1400px)");

// Not by a click, which may have a menu of its own.
const openFrom = (link) => link && location.assign(link.href);

function select(row) {
  if (!row) return;
  for (const other of rows()) {
    other.toggleAttribute("data-current", other === row);
    other.tabIndex = other === row ? 0 : -1;
  }
  row.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
  document.dispatchEvent(new CustomEvent("row-selected", { detail: row }));
}

document.addEventListener("keydown", (e) => {
  if (!isShortcut(e)) return;
  const all = rows();
  if (all.length === 0) return;
  const onRow = e.target.matches("[data-row]");
  const step = e.key === "j" || (onRow && e.key === "ArrowDown") ? 1 : e.key === "k" || (onRow && e.key === "ArrowUp") ? -1 : 0;
  if (step !== 0) {
    e.preventDefault();
    const at = all.findIndex((row) => row.hasAttribute("data-current")) + step;
    select(all[Math.max(0, Math.min(all.length - 1, at))]);
  }
  if (e.key === "Enter" && (onRow || e.target === document.body)) openFrom(all.find((row) => row.hasAttribute("data-current"))?.querySelector("[data-open]"));
});

// Where a preview fits, a click selects; where it does not, it opens. The question itself is a link and always opens.
document.addEventListener("click", (e) => {
  const row = e.target.closest("[data-row]");
  if (!row || e.defaultPrevented || e.target.closest("a, button, summary") || getSelection().toString()) return;
  const link = row.querySelector("[data-open]");
  if (e.ctrlKey || e.metaKey) open(link.href, "_blank", "noopener");
  else if (row.dataset.peek && wide.matches) select(row);
  else openFrom(link);
});

// What is opened from a search can say its place in it: crumb.js.
addEventListener("pagehide", () => {
  const links = [...document.querySelectorAll("[data-list] [data-row] [data-open]")].map((link) => link.getAttribute("href"));
  if (links.length > 0) sessionStorage.setItem("list", JSON.stringify({ url: location.href, query: document.querySelector("[data-query]").value, links }));
});

// A wide screen shows the filters anyway; browsers that know no ::details-content have them opened.
const filters = document.querySelector("[data-facets]");
if (filters && matchMedia("(width >= 820px)").matches) filters.open = true;
