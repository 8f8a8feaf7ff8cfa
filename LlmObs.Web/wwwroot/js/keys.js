// The sheet of keys, and the keys that change the view.
const sheet = document.querySelector("[data-keys]");
const views = [...document.querySelectorAll("[data-view]")];

document.querySelector("[data-keys-open]")?.addEventListener("click", () => sheet.showModal());
document.addEventListener("keydown", (e) => {
  if (e.target.closest("input, textarea, select, dialog") || e.isComposing || e.ctrlKey || e.metaKey || e.altKey) return;
  if (e.key === "?") sheet.showModal();
  else if (views[Number(e.key) - 1]) views[Number(e.key) - 1].click();
});
