// A value anywhere is a link to its spans or to a page about it; with a script a click offers to include it, leave it out, open it or copy it.
import { copyText } from "./clipboard.js";
import { isPlainClick } from "./events.js";

const template = document.getElementById("value-menu");
const menu = template?.content.firstElementChild.cloneNode(true);

function address(value, how) {
  // On the search page the menu changes the search that is there; elsewhere it begins one.
  if (value.dataset.with) {
    const url = new URL(value.dataset.with, location.href);
    url.searchParams.set("how", how);
    return url.href;
  }
  const isSearch = ["/", "/search"].includes(location.pathname);
  const url = new URL("/search/with", location.href);
  const here = new URLSearchParams(location.search);
  for (const [name, text] of here) if (isSearch || name === "project") url.searchParams.append(name, text);
  url.searchParams.set("field", value.dataset.field);
  url.searchParams.set("value", value.dataset.value);
  url.searchParams.set("how", how);
  return url.href;
}

if (menu) {
  document.body.append(menu);
  let value = null;
  const close = () => menu.hidePopover();

  document.addEventListener("click", (e) => {
    const link = e.target.closest("[data-field][data-value]");
    if (!link || !isPlainClick(e)) return;
    e.preventDefault();
    value = link;
    menu.querySelector("[data-value-name]").textContent = `${link.dataset.field}: ${link.dataset.value}`;
    const offers = link.dataset.offers ?? "include exclude group";
    for (const item of menu.querySelectorAll("[data-how]")) {
      item.hidden = !offers.includes(item.dataset.how);
      item.href = address(link, item.dataset.how);
    }
    const opens = menu.querySelector("[data-open-value]");
    opens.hidden = !link.href || (!link.hasAttribute("data-open") && ["/", "/search/with"].includes(new URL(link.href).pathname));
    opens.href = link.href ?? "";
    menu.showPopover();
    const box = link.getBoundingClientRect();
    menu.style.left = `${Math.max(8, Math.min(box.left, innerWidth - menu.offsetWidth - 8))}px`;
    menu.style.top = `${box.bottom + menu.offsetHeight + 8 > innerHeight ? box.top - menu.offsetHeight - 4 : box.bottom + 4}px`;
    [...menu.querySelectorAll("a, button")].find((item) => !item.hidden).focus();
  });

  menu.addEventListener("keydown", (e) => {
    const items = [...menu.querySelectorAll("a, button")].filter((item) => !item.hidden);
    const step = e.key === "ArrowDown" ? 1 : e.key === "ArrowUp" ? -1 : 0;
    if (step === 0) return;
    e.preventDefault();
    items[(items.indexOf(document.activeElement) + step + items.length) % items.length].focus();
  });
  menu.addEventListener("toggle", (e) => e.newState === "closed" && value?.focus());
  addEventListener("scroll", close, { passive: true, capture: true });

  menu.querySelector("[data-copy-value]").addEventListener("click", async () => {
    await copyText(value.dataset.value);
    close();
  });
}
