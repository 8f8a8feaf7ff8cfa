// Timeline, transcript, graph and log: a click opens the step beside them without leaving the page. Links work without this.
import { showPanel } from "./panel.js";

const view = document.querySelector(".view-body");

view.addEventListener("click", (e) => {
  const link = e.target.closest("a");
  const href = link?.href.baseVal ?? link?.href;
  if (!href || link.closest(".steps, .msg-body") || e.ctrlKey || e.metaKey || e.shiftKey) return;
  const url = new URL(href, location.href);
  if (url.pathname !== location.pathname || !url.searchParams.has("span")) return;
  e.preventDefault();
  for (const other of view.querySelectorAll("[aria-current]")) other.removeAttribute("aria-current");
  link.setAttribute("aria-current", "true");
  showPanel(url);
});

addEventListener("popstate", () => showPanel(new URL(location.href), { push: false }));
