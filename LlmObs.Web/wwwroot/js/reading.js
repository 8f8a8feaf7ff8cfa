// Reading aids of the panel: size of the text and wrapping, which the server remembers by a cookie; full screen; one value alone.
const panelOf = (element) => element.closest("[data-panel]");

function remember(panel) {
  const words = [panel.dataset.zoom ?? "0", ...(panel.hasAttribute("data-nowrap") ? ["nowrap"] : [])];
  document.cookie = `reading=${words.join(".")}; path=/; max-age=31536000; samesite=lax`;
}

function leave(panel) {
  panel.removeAttribute("data-full");
  panel.removeAttribute("data-alone");
  panel.querySelector("[data-do='full']")?.setAttribute("aria-pressed", "false");
  for (const value of panel.querySelectorAll("[data-read-alone]")) value.removeAttribute("data-read-alone");
}

const acts = {
  zoom(panel, button) {
    panel.dataset.zoom = String(Math.max(-1, Math.min(2, Number(panel.dataset.zoom ?? 0) + Number(button.value))));
    remember(panel);
  },
  wrap(panel, button) {
    button.setAttribute("aria-pressed", String(!panel.toggleAttribute("data-nowrap")));
    remember(panel);
  },
  full(panel, button) {
    if (panel.hasAttribute("data-full")) return leave(panel);
    panel.setAttribute("data-full", "");
    button.setAttribute("aria-pressed", "true");
  },
  focus(panel, button) {
    const value = button.closest("[data-value]");
    button.closest("details").open = false;
    leave(panel);
    panel.setAttribute("data-full", "");
    panel.setAttribute("data-alone", "");
    panel.querySelector("[data-do='full']")?.setAttribute("aria-pressed", "true");
    for (let part = value; part && part !== panel; part = part.parentElement) part.setAttribute("data-read-alone", "");
  },
};

document.addEventListener("click", (e) => {
  const button = e.target.closest("[data-do]");
  if (button && panelOf(button)) acts[button.dataset.do]?.(panelOf(button), button);
});

document.addEventListener("keydown", (e) => {
  const panel = document.querySelector("[data-panel][data-full]");
  if (e.key === "Escape" && !e.isComposing && panel && !document.querySelector("details[data-menu][open]")) leave(panel);
});
