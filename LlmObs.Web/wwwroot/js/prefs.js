// Theme without a reload, and the browser's time zone for the server. Everything here also works as a plain form.
const root = document.documentElement;
const remember = (name, value) => (document.cookie = `${name}=${encodeURIComponent(value)}; path=/; max-age=31536000; samesite=lax`);

document.addEventListener("click", (e) => {
  if (!e.target.closest("[data-toggle-theme]")) return;
  e.preventDefault();
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
  remember("theme", root.dataset.theme);
});

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const knowsZone = () => document.cookie.includes(`tz=${encodeURIComponent(zone)}`);
if (zone && !knowsZone()) {
  remember("tz", zone);
  // The first page of all could not know. It is asked for once more when it speaks in another zone.
  if (knowsZone() && root.dataset.zone && root.dataset.zone !== zone) location.reload();
}

// A menu closes when the reader turns elsewhere.
const closeMenus = (except) => document.querySelectorAll("details[data-menu][open]").forEach((menu) => menu !== except && (menu.open = false));
document.addEventListener("click", (e) => closeMenus(e.target.closest("details[data-menu]")));
document.addEventListener("keydown", (e) => {
  if (e.key !== "Escape" || e.isComposing) return;
  const open = document.querySelector("details[data-menu][open]");
  closeMenus();
  open?.querySelector("summary").focus();
});

// Where the names of the pages do not fit, the one that is open comes into sight.
const nav = document.querySelector(".topnav");
const here = nav?.querySelector("[aria-current]");
if (here) nav.scrollLeft += Math.max(0, here.getBoundingClientRect().right - nav.getBoundingClientRect().right);
