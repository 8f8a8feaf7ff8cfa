// Lists are one tab stop: j, k and arrows move, Enter opens. The links in the rows work without this.
const rows = [...document.querySelectorAll("[data-rows] [data-row]")];
const typing = (e) => e.isComposing || e.ctrlKey || e.metaKey || e.altKey || e.target.matches("input, textarea, select, [contenteditable]");
const current = () => rows.findIndex((row) => row.hasAttribute("data-current"));

function select(index) {
  const row = rows[Math.max(0, Math.min(rows.length - 1, index))];
  if (!row) return;
  for (const other of rows) {
    other.toggleAttribute("data-current", other === row);
    other.tabIndex = other === row ? 0 : -1;
  }
  row.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}

document.addEventListener("keydown", (e) => {
  if (typing(e) || rows.length === 0) return;
  const onRow = e.target.matches("[data-row]");
  const step = e.key === "j" || (onRow && e.key === "ArrowDown") ? 1 : e.key === "k" || (onRow && e.key === "ArrowUp") ? -1 : 0;
  if (step !== 0) {
    e.preventDefault();
    select(current() + step);
  }
  if (e.key === "Enter" && onRow) e.target.querySelector("[data-open]").click();
});

for (const row of rows) {
  row.addEventListener("click", (e) => {
    if (e.target.closest("a, button") || getSelection().toString()) return;
    const link = row.querySelector("[data-open]");
    if (e.ctrlKey || e.metaKey) open(link.href, "_blank", "noopener");
    else link.click();
  });
}

// On a narrow screen the filters start folded; the server cannot know the width.
const filters = document.querySelector("[data-facets]");
if (filters && matchMedia("(width < 820px)").matches) filters.open = false;
