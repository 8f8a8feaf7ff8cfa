// Dragging over a drawing marks a stretch of it; letting go hands on where it begins and ends, as shares of the width. A click is left to what lies there.
const least = 6;

export function brush(drawing, { top, height }, done) {
  let start = null;
  let mark = null;
  const place = (e) => {
    const box = drawing.getBoundingClientRect();
    return Math.max(0, Math.min(box.width, e.clientX - box.left));
  };

  drawing.addEventListener("dragstart", (e) => e.preventDefault());
  drawing.addEventListener("pointerdown", (e) => {
    if (e.button === 0) start = place(e);
  });
  addEventListener("pointermove", (e) => {
    if (start === null || Math.abs(place(e) - start) < least) return;
    e.preventDefault();
    if (!mark) {
      mark = document.createElementNS("http://www.w3.org/2000/svg", "rect");
      mark.classList.add("brush");
      mark.setAttribute("y", top);
      mark.setAttribute("height", height);
      drawing.append(mark);
    }
    mark.setAttribute("x", Math.min(start, place(e)));
    mark.setAttribute("width", Math.abs(place(e) - start));
  });
  addEventListener("pointerup", (e) => {
    if (start !== null && mark) {
      const [from, to] = [start, place(e)].sort((a, b) => a - b).map((x) => x / drawing.getBoundingClientRect().width);
      // The click that ends a drag is not a click on what lies below it.
      addEventListener("click", (click) => click.preventDefault(), { capture: true, once: true });
      done(from, to);
    }
    start = null;
  });
}
