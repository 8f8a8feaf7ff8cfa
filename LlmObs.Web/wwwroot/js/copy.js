// Copy buttons show themselves where scripts run: [data-copy] names the element whose text is taken.
import { copyText, showCopied } from "./clipboard.js";

for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    await copyText(document.getElementById(button.dataset.copy).textContent.trimEnd());
    showCopied(button);
  });
}
