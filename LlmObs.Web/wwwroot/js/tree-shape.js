// Which rows of the tree are folded away and which have been fetched. Rows are known by their number; blocks of them by theirs.
export class Shape {
  #blocks;
  #folded = new Map(); // row → the row after everything below it
  #hits = new Set();
  #levels;
  #hidden;
  #kept; // set while only found rows and those above them are shown

  constructor(tree) {
    this.tree = tree;
    this.total = Number(tree.dataset.total);
    this.#blocks = [...tree.querySelectorAll("[data-block]")];
    this.size = this.#blocks.length > 1 ? 100 : this.total;
    this.#hidden = new Uint8Array(this.total);
    // One tab stop for the whole tree.
    for (const row of tree.querySelectorAll(".span-row")) row.tabIndex = -1;
    const near = new IntersectionObserver((seen) => seen.forEach((one) => one.isIntersecting && this.#fetch(one.target)), { root: null, rootMargin: "800px" });
    for (const block of this.#blocks) if (block.classList.contains("waiting")) near.observe(block);
  }

  /** The row with that number, fetched when it was not there. */
  async row(index) {
    const block = this.#blocks[Math.floor(index / this.size)];
    if (block.classList.contains("waiting")) await this.#fetch(block);
    return block.querySelector(`[data-i="${index}"]`);
  }

  /** The number of a row that is drawn, by its span; −1. */
  drawn(trace, span) {
    if (!span) return -1;
    for (const row of this.tree.querySelectorAll("a.span-row")) {
      const its = new URL(row.href).searchParams;
      if (its.get("span") === span && (!trace || its.get("trace") === trace)) return Number(row.dataset.i);
    }
    return -1;
  }

  next(index, step) {
    let row = index + step;
    while (row >= 0 && row < this.total && this.#hidden[row]) row += step;
    return row;
  }

  async parent(index) {
    const levels = await this.#shape();
    for (let row = index - 1; row >= 0; row--) if (levels[row] < levels[index]) return row;
    return -1;
  }

  async fold(index, open) {
    if (open) this.#folded.delete(index);
    else {
      const row = await this.row(index);
      this.#folded.set(index, index + 1 + Number(row.dataset.below ?? 0));
    }
    this.#refold();
  }

  async reveal(index) {
    if (!this.#hidden[index]) return;
    if (this.#kept) this.#kept[index] = 1;
    for (const [row, end] of this.#folded) if (row < index && index < end) this.#folded.delete(row);
    this.#refold();
  }

  /** Folding all keeps the first two levels, or nothing would be left to read. */
  async foldAll(folds) {
    this.#folded.clear();
    if (folds) this.#foldFrom(await this.#shape(), 2);
    this.#refold();
  }

  /** One level less, or one more, of the whole tree. */
  async foldLevel(folds) {
    const levels = await this.#shape();
    const deepest = levels.reduce((most, level, row) => (this.#hidden[row] ? most : Math.max(most, level)), 1);
    this.#folded.clear();
    this.#foldFrom(levels, Math.max(1, deepest + (folds ? -1 : 1)));
    this.#refold();
  }

  found(rows) {
    this.#hits = new Set(rows);
    for (const row of this.tree.querySelectorAll(".span-row")) row.classList.toggle("hit", this.#hits.has(Number(row.dataset.i)));
    return this.#kept ? this.showOnlyFound(rows.length > 0) : undefined;
  }

  /** Hides every row that is neither found nor above one that is; or shows all again. */
  async showOnlyFound(only) {
    this.#kept = only ? await this.#foundAndAbove() : undefined;
    this.#refold();
  }

  async #foundAndAbove() {
    const levels = await this.#shape();
    const kept = new Uint8Array(this.total);
    const path = [];
    for (let row = 0; row < this.total; row++) {
      path.length = levels[row] - 1;
      path.push(row);
      if (this.#hits.has(row)) for (let i = path.length - 1; i >= 0 && !kept[path[i]]; i--) kept[path[i]] = 1;
    }
    return kept;
  }

  // Rows of that level that have others below them.
  #foldFrom(levels, level) {
    const open = [];
    for (let row = 0; row <= this.total; row++) {
      while (open.length && (row === this.total || levels[row] <= levels[open.at(-1)])) {
        const first = open.pop();
        if (levels[first] >= level && row > first + 1) this.#folded.set(first, row);
      }
      if (row < this.total) open.push(row);
    }
  }

  #refold() {
    this.#hidden.fill(0);
    for (const [row, end] of this.#folded) this.#hidden.fill(1, row + 1, end);
    if (this.#kept) for (let row = 0; row < this.total; row++) this.#hidden[row] |= 1 - this.#kept[row];
    for (const block of this.#blocks) this.#show(block);
  }

  #show(block) {
    const first = Number(block.dataset.block) * this.size;
    if (block.classList.contains("waiting")) {
      const rows = this.#hidden.subarray(first, first + this.size).reduce((count, hidden) => count + 1 - hidden, 0);
      block.hidden = rows === 0;
      block.style.height = `calc(${rows} * var(--row-h))`;
      return;
    }
    for (const row of block.querySelectorAll(".span-row")) {
      const index = Number(row.dataset.i);
      row.hidden = this.#hidden[index] === 1;
      if (row.hasAttribute("aria-expanded")) row.setAttribute("aria-expanded", String(!this.#folded.has(index)));
    }
  }

  // What was not fetched has a shape too: the level of every row.
  async #shape() {
    if (this.#levels) return this.#levels;
    const drawn = this.tree.querySelectorAll(".span-row");
    if (drawn.length === this.total) this.#levels = [...drawn].map((row) => Number(row.getAttribute("aria-level")));
    else this.#levels = (await (await this.#ask({ handler: "Shape" })).text()).split(" ").map(Number);
    return this.#levels;
  }

  #fetch(block) {
    block.fetching ??= this.#fill(block);
    return block.fetching;
  }

  async #fill(block) {
    const answer = await this.#ask({ handler: "Rows", block: block.dataset.block, stamp: this.tree.dataset.stamp });
    if (answer.status === 409) return location.reload(); // steps have come in between since the page was drawn
    if (!answer.ok) return;
    block.innerHTML = await answer.text();
    block.classList.remove("waiting");
    block.style.height = "";
    for (const row of block.querySelectorAll(".span-row")) {
      row.tabIndex = -1;
      row.removeAttribute("aria-selected");
      row.classList.toggle("hit", this.#hits.has(Number(row.dataset.i)));
    }
    this.#show(block);
  }

  #ask(values) {
    const url = new URL(location.href);
    url.searchParams.delete("find");
    url.searchParams.delete("kind");
    url.searchParams.delete("only");
    for (const [name, value] of Object.entries(values)) url.searchParams.set(name, value);
    return fetch(url, { credentials: "same-origin" });
  }
}
