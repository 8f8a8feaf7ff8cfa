// A trace opened from a list says its place there, and leads to its neighbours. rows.js kept the list when this tab left it.
const crumb = document.querySelector("[data-crumb]");
const list = JSON.parse(sessionStorage.getItem("list") ?? "null");
const at = list?.links.findIndex((link) => new URL(link, location.href).pathname === location.pathname) ?? -1;

if (crumb && at >= 0) {
  const back = crumb.querySelector("[data-crumb-list]");
  back.href = list.url;
  if (list.query) back.textContent = list.query;
  crumb.querySelector("[data-crumb-place]").textContent = `${at + 1} / ${list.links.length}`;
  for (const way of crumb.querySelectorAll("[data-crumb-way]")) {
    const link = list.links[at + Number(way.dataset.crumbWay)];
    if (link) way.href = link;
    else way.hidden = true;
  }
  crumb.hidden = false;
}
