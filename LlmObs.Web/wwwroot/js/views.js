// Timeline, transcript, graph and log: a click opens the step beside them without leaving the page; j and k walk through what is drawn,
// e, E, n and N through failures and found steps, drawn or not. Links work without this.
import { isPlainClick, isShortcut } from "./events.js";
import { showPanel } from "./panel.js";

const view = document.querySelector(".view-body");
const addressOf = (link) => new URL(link.href.baseVal ?? link.href, location.href);
const isStep = (link) => !link.closest(".steps, .msg-body") && addressOf(link).pathname === location.pathname && addressOf(link).searchParams.has("span");
const drawn = () => [...view.querySelectorAll("a")].filter(isStep);
const selected = () => document.querySelector("[data-panel]")?.dataset;
const isOf = (link, { trace, span }) => addressOf(link).searchParams.get("span") === span && [null, trace].includes(addressOf(link).searchParams.get("trace"));
const rowOf = (link) => link.closest("tr") ?? link;

function show(url) {
  for (const other of view.querySelectorAll("[aria-current]")) other.removeAttribute("aria-current");
  const link = drawn().find((other) => isOf(other, { trace: url.searchParams.get("trace"), span: url.searchParams.get("span") }));
  if (link) {
    rowOf(link).setAttribute("aria-current", "true");
    link.scrollIntoView({ block: "nearest", inline: "nearest" });
  }
  showPanel(url);
}

view.addEventListener("click", (e) => {
  const link = e.target.closest("a");
  if (!link || !isStep(link) || e.defaultPrevented || !isPlainClick(e)) return;
  e.preventDefault();
  show(addressOf(link));
});

function walk(step) {
  const links = drawn();
  // The log names a step once for each thing that happened in it.
  let at = links.findIndex((link) => isOf(link, selected())) + step;
  while (links[at] && isOf(links[at], selected())) at += step;
  if (links[at]) show(addressOf(links[at]));
}

// Which step comes next, the server knows: it may be on another page of this view.
async function jump(of, step) {
  const source = new URL(location.href);
  for (const [name, value] of [["handler", "Next"], ["of", of], ["step", step]]) source.searchParams.set(name, value);
  const answer = await fetch(source, { credentials: "same-origin" });
  const address = answer.ok ? await answer.text() : "";
  if (address) show(new URL(address, location.href));
}

document.addEventListener("click", (e) => {
  const link = e.target.closest("[data-failure], [data-hit]");
  if (!link || !isPlainClick(e)) return;
  e.preventDefault();
  if (link.dataset.failure) jump("failure", link.dataset.failure);
  else jump("found", link.dataset.hit);
});

const keys = {
  j: () => walk(1),
  k: () => walk(-1),
  e: () => jump("failure", 1),
  E: () => jump("failure", -1),
  n: () => jump("found", 1),
  N: () => jump("found", -1),
};
document.addEventListener("keydown", (e) => {
  if (!keys[e.key] || !isShortcut(e)) return;
  e.preventDefault();
  keys[e.key]();
});

addEventListener("popstate", () => showPanel(new URL(location.href), { push: false }));
