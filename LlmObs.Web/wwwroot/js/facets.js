// A facet that was closed asks for its values when it is opened; a long one gets a field to find a value in.
const manyValues = 8;

async function load(facet, find) {
  const url = new URL(facet.dataset.facet, location.href);
  if (find) url.searchParams.set("find", find);
  const values = facet.querySelector("[data-facet-values]");
  values.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(url);
    if (answer.ok) values.innerHTML = await answer.text();
  } finally {
    values.removeAttribute("aria-busy");
  }
}

function addFind(facet) {
  if (facet.querySelector("input") || facet.querySelectorAll(".facet").length < manyValues) return;
  const input = document.createElement("input");
  input.type = "search";
  input.className = "field find";
  input.placeholder = input.ariaLabel = facet.querySelector("summary span").textContent + "…";
  let timer;
  input.addEventListener("input", (e) => {
    clearTimeout(timer);
    if (!e.isComposing) timer = setTimeout(() => load(facet, input.value.trim()), 200);
  });
  input.addEventListener("compositionend", () => load(facet, input.value.trim()));
  facet.querySelector("[data-facet-values]").before(input);
}

for (const facet of document.querySelectorAll("[data-facet]")) {
  addFind(facet);
  facet.addEventListener("toggle", async () => {
    if (!facet.open) return;
    if (!facet.querySelector(".facet")) await load(facet);
    addFind(facet);
  });
}
