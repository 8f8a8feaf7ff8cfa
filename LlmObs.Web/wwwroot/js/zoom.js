// Dragging over the histogram narrows the time to what was dragged over. A click on a bar is a link of its own.
const chart = document.querySelector("[data-zoom]");
const least = 6;

if (chart) {
  const [from, to] = [Number(chart.dataset.from), Number(chart.dataset.to)];
  let start = null;
  let brush = null;
  const place = (e) => Math.max(0, Math.min(chart.clientWidth || chart.getBoundingClientRect().width, e.clientX - chart.getBoundingClientRect().left));
  const moment = (x) => new Date(from + ((to - from) * x) / chart.getBoundingClientRect().width);

  chart.addEventListener("dragstart", (e) => e.preventDefault());
  chart.addEventListener("pointerdown", (e) => {
    if (e.button === 0) start = place(e);
  });
  addEventListener("pointermove", (e) => {
    if (start === null || Math.abs(place(e) - start) < least) return;
    e.preventDefault();
    if (!brush) {
      brush = document.createElementNS("http://www.w3.org/2000/svg", "rect");
      brush.classList.add("brush");
      brush.setAttribute("y", "4");
      brush.setAttribute("height", "50");
      chart.append(brush);
    }
    brush.setAttribute("x", Math.min(start, place(e)));
    brush.setAttribute("width", Math.abs(place(e) - start));
  });
  addEventListener("pointerup", (e) => {
    if (start !== null && brush) {
      const [a, b] = [start, place(e)].sort((x, y) => x - y);
      const url = new URL(chart.dataset.zoom, location.href);
      url.searchParams.delete("range");
      url.searchParams.set("from", moment(a).toISOString());
      url.searchParams.set("to", moment(b).toISOString());
      // The click that ends a drag is not a click on the bar below it.
      addEventListener("click", (click) => click.preventDefault(), { capture: true, once: true });
      location.assign(url);
    }
    start = null;
  });
}
