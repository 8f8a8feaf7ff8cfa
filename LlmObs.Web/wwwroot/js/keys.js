// The sheet of keys, and the keys that change the view.
import { isShortcut } from "./events.js";

const sheet = document.querySelector("[data-keys]");
const views = [...document.querySelectorAll("[data-view]")];

document.querySelector("[data-keys-open]")?.addEventListener("click", () => sheet.showModal());
document.addEventListener("keydown", (e) => {
  if (!isShortcut(e)) return;
  if (e.key === "?") sheet.showModal();
  else if (views[Number(e.key) - 1]) views[Number(e.key) - 1].click();
});
