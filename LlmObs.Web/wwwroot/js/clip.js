// Copying out of the trace page: a value as it came, a block as it is shown, a text, a link, and the path of a JSON key.
import { copyText, showCopied } from "./clipboard.js";
import { isPlainClick } from "./events.js";

/** What a reader sees, without the notes and numbers around it. */
function textOf(element) {
  const copy = element.cloneNode(true);
  for (const note of copy.querySelectorAll("[data-copy-skip]")) note.remove();
  return copy.textContent.replace(/\n+$/, "\n");
}

// As it came: a mark of byte order at the beginning is a character of the value.
const rawText = async (address) => new TextDecoder("utf-8", { ignoreBOM: true }).decode(await (await fetch(address, { credentials: "same-origin" })).arrayBuffer());

async function copied(button, text) {
  await copyText(text);
  button.closest("details[data-menu]")?.removeAttribute("open");
  showCopied(button);
}

document.addEventListener("click", async (e) => {
  const button = e.target.closest("[data-copy], [data-copy-text], [data-copy-raw], [data-copy-link]");
  if (!button || !isPlainClick(e)) return;
  e.preventDefault();
  e.stopPropagation();
  const { copy, copyText, copyRaw } = button.dataset;
  if (copyText !== undefined) await copied(button, copyText);
  else if (copyRaw !== undefined) await copied(button, await rawText(copyRaw));
  else if (copy !== undefined) await copied(button, textOf(document.getElementById(copy.slice(1))));
  else await copied(button, button.href);
});

/** The JSONPath of a key, read off the tree around it. */
function pathOf(key) {
  const steps = [];
  for (let entry = key.closest(".kids > div"); entry; entry = entry.parentElement.closest(".kids > div")) {
    const name = (entry.querySelector(":scope > .pk") ?? entry.querySelector(":scope > details > summary > .pk"))?.textContent.slice(1, -1);
    if (name === undefined) steps.unshift(`[${[...entry.parentElement.children].indexOf(entry)}]`);
    else steps.unshift(/^[\p{L}_][\p{L}\d_]*$/u.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`);
  }
  return `$${steps.join("")}`;
}

document.addEventListener("click", async (e) => {
  const key = e.target.closest(".json .pk");
  if (!key || getSelection().toString()) return;
  e.preventDefault();
  const path = pathOf(key);
  await copyText(path);
  key.dataset.copied = path;
  setTimeout(() => delete key.dataset.copied, 1500);
});
