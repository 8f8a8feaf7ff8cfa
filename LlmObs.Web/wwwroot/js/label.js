// Number keys choose a label, Enter saves and goes on, arrows go to the neighbours, o opens the request. All of it works by hand too.
const form = document.querySelector("[data-label-form]");
const passage = form.querySelector("[data-passage]");
const isWriting = (target) => target.matches("textarea, select, input:not([type=radio], [type=checkbox])");

document.addEventListener("keydown", (e) => {
  if (e.isComposing || e.altKey) return;
  const isMeta = e.ctrlKey || e.metaKey;
  if (e.key === "Enter" && (isMeta || !(isWriting(e.target) || e.target.closest("a, button, summary")))) {
    e.preventDefault();
    form.requestSubmit();
    return;
  }
  if (isMeta || isWriting(e.target)) return;
  if (/^\d$/.test(e.key)) {
    const choice = form.querySelector(`[data-key="${e.key}"]`);
    if (choice) {
      choice.checked = true;
      choice.focus();
    }
  }
  if (e.key === "ArrowRight" || e.key === "ArrowLeft") {
    e.preventDefault();
    document.querySelector(`[data-go="${e.key}"]`)?.click();
  }
  if (e.key === "o") document.querySelector("[data-open-trace]")?.click();
});

// A passage marked in the answer is the label.
if (passage) {
  document.querySelector("[data-answer]")?.addEventListener("pointerup", () => {
    const marked = getSelection().toString().trim();
    if (marked) passage.value = marked;
  });
}
