// Copy buttons show themselves where scripts run: [data-copy] names the element whose text is taken.
import { copyText } from "./clipboard.js";

for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    await copyText(document.getElementById(button.dataset.copy).textContent.trimEnd());
    const use = button.querySelector("use");
    const before = use.getAttribute("href");
    use.setAttribute("href", "#i-tick");
    setTimeout(() => use.setAttribute("href", before), 1500);
  });
}
