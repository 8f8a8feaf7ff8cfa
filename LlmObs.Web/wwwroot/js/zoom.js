// Dragging over the histogram narrows the time to what was dragged over. A click on a bar is a link of its own.
import { brush } from "./brush.js";

const chart = document.querySelector("[data-zoom]");

if (chart) {
  const [from, to] = [Number(chart.dataset.from), Number(chart.dataset.to)];
  const moment = (share) => new Date(from + (to - from) * share).toISOString();
  brush(chart, { top: 4, height: 50 }, (start, end) => {
    const url = new URL(chart.dataset.zoom, location.href);
    url.searchParams.delete("range");
    url.searchParams.set("from", moment(start));
    url.searchParams.set("to", moment(end));
    location.assign(url);
  });
}
