// Dragging over the strip above a long tree has the bars below show that stretch of time only. A click goes to what started there.
import { brush } from "./brush.js";

const map = document.querySelector("[data-tree] .over svg");

if (map)
  brush(map, { top: 0, height: 34 }, (start, end) => {
    const url = new URL(location.href);
    url.searchParams.set("time", [start, end].map((share) => (100 * share).toFixed(2)).join("-"));
    location.assign(url);
  });
