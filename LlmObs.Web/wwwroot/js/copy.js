// Copy buttons show themselves where the browser lets them work: [data-copy] names the element whose text is taken.
for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent.trimEnd());
    const use = button.querySelector("use");
    const before = use.getAttribute("href");
    use.setAttribute("href", "#i-tick");
    setTimeout(() => use.setAttribute("href", before), 1500);
  });
}
