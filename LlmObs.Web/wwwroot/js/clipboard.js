// Copying, also where browsers give scripts no clipboard: over plain HTTP from another machine.
export async function copyText(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const focused = document.activeElement;
  const area = document.createElement("textarea");
  area.className = "sr";
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
  focused?.focus({ preventScroll: true });
}

/** The button's icon is a tick for a moment. */
export function showCopied(button) {
  const use = button.querySelector("use");
  const before = use?.getAttribute("href");
  use?.setAttribute("href", "#i-tick");
  setTimeout(() => use?.setAttribute("href", before), 1500);
}
