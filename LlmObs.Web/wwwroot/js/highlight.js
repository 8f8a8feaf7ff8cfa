// Colours code in languages the server leaves plain, below 200 KB. Prism is fetched only where such code is shown.
const limit = 200_000;
// In the order in which one builds on another.
const files = ["core", "clike", "markup", "markdown", "javascript", "typescript", "css", "python", "csharp", "java", "go", "yaml", "bash", "diff"].map((name) => `prism-${name}`);
let loading;

function load() {
  window.Prism = window.Prism ?? {};
  window.Prism.manual = true;
  return (loading ??= files.reduce(
    (before, file) => before.then(() => new Promise((done, fail) => {
      const script = document.createElement("script");
      script.src = new URL(`../lib/prismjs/components/${file}.min.js`, import.meta.url).href;
      script.onload = done;
      script.onerror = fail;
      document.head.append(script);
    })),
    Promise.resolve(),
  ));
}

async function colour(root) {
  const blocks = [...root.querySelectorAll("code[class^='language-']")].filter((code) => code.textContent.length < limit);
  if (blocks.length === 0) return;
  await load();
  for (const code of blocks) window.Prism.highlightElement(code);
}

document.addEventListener("panel-shown", (e) => colour(e.detail));
colour(document);
