// Curves over the games of a run, with the values at the pointer.

import { html, svg } from "./dom.js";
import { number, short } from "./words.js";

const WIDTH = 460, HEIGHT = 190, LEFT = 44, RIGHT = 8, TOP = 8, BOTTOM = 22;

/** Makes a card with the curves of a chart from `training.py`; `last` is the number of games at the right edge. */
export function chart(description, last) {
  const { title, unit, note, series } = description;
  const values = series.flatMap((each) => each.points.map((point) => point[1]));
  const frame = new Frame(scale(values, description.low, description.high), last);
  const paths = series.map((each, i) => svg("path", { class: `path series-${i + 1}`, d: frame.path(each.points) }));
  const zero = description.zero && frame.holds(0) ? [svg("line", { class: "zero", x1: LEFT, x2: WIDTH - RIGHT, y1: frame.y(0), y2: frame.y(0) })] : [];
  const summary = series.map((each) => `${each.label} ${number(each.points.at(-1)?.[1] ?? null, 2)}`).join(", ");
  const picture = frame.picture(`${title}, ${unit}: ${summary.trim()}`, ...zero, ...paths);
  const now = html("span", { class: "now" });
  probe(picture, frame, series, now);
  return card(title, note ? `${unit}, ${note}` : unit, now, series.length > 1 ? key(series) : null, picture);
}

/** Makes a card with the ratings of checkpoints or snapshots; their intervals are those of `training.py`, 95 %. */
export function strength({ title, players, rungs }, last) {
  const known = rungs.filter((each) => each.games !== null && Number.isFinite(each.elo));
  const spread = (each) => Number.isFinite(each.error) ? each.error : 0;
  const frame = new Frame(scale(known.flatMap((each) => [each.elo - spread(each), each.elo + spread(each)]), null, null), Math.max(last, ...known.map((each) => each.games)));
  const line = svg("path", { class: "path series-1", d: frame.path(known.map((each) => [each.games, each.elo])) });
  const bars = known.flatMap((each) => [
    svg("line", { class: "bar series-1", x1: frame.x(each.games), x2: frame.x(each.games), y1: frame.y(each.elo - spread(each)), y2: frame.y(each.elo + spread(each)) }),
    svg("circle", { class: "dot series-1", cx: frame.x(each.games), cy: frame.y(each.elo), r: 4 })]);
  return card(title, `Elo relative to the mean of the ${players}, 95 % intervals`, html("span"), null, frame.picture(`Strength of the ${players} in Elo points`, line, ...bars));
}

const card = (title, unit, now, keys, picture) => html("section", { class: "card curve", "aria-label": title },
  html("h3", {}, title, now), html("div", { class: "about" }, html("span", {}, unit), keys), picture);

const key = (series) => html("span", { class: "key" }, ...series.map((each, i) =>
  html("span", {}, svg("svg", { viewBox: "0 0 26 10", "aria-hidden": "true" }, svg("path", { class: `path series-${i + 1}`, d: "M1 5h24" })), each.label)));

/** Returns the ends of an axis and its ticks, all round numbers. */
export function scale(values, low, high) {
  let from = low ?? Math.min(...values), to = high ?? Math.max(...values);
  if (!(to > from)) [from, to] = [from - 1, to + 1];
  const rough = (to - from) / 4, magnitude = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((each) => each * magnitude).find((each) => each >= rough);
  from = low ?? Math.floor(from / step) * step;
  to = high ?? Math.ceil(to / step - 1e-9) * step;
  const ticks = [];
  for (let tick = Math.ceil(from / step - 1e-9) * step; tick <= to + step * 1e-6; tick += step) ticks.push(Number(tick.toPrecision(10)));
  return { from, to, ticks };
}

class Frame {
  constructor(vertical, last) {
    this.vertical = vertical;
    this.last = last;
    this.horizontal = scale([0, last], 0, null).ticks.filter((tick) => tick <= last);
  }

  x(games) {
    return LEFT + (WIDTH - LEFT - RIGHT) * games / this.last;
  }

  y(value) {
    const { from, to } = this.vertical;
    return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (value - from) / (to - from);
  }

  holds(value) {
    return value >= this.vertical.from && value <= this.vertical.to;
  }

  path(points) {
    return points.map(([games, value], i) => `${i ? "L" : "M"}${this.x(games).toFixed(1)} ${this.y(value).toFixed(1)}`).join("");
  }

  picture(label, ...shapes) {
    const lines = this.vertical.ticks.flatMap((tick) => [
      svg("line", { class: "gridline", x1: LEFT, x2: WIDTH - RIGHT, y1: this.y(tick), y2: this.y(tick) }),
      svg("text", { class: "tick y", x: LEFT - 6, y: this.y(tick) }, short(tick))]);
    const games = this.horizontal.map((tick) => svg("text", { class: "tick x", x: Math.min(this.x(tick), WIDTH - RIGHT - 12), y: HEIGHT - 5 }, short(tick)));
    return svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": label }, ...lines, ...games, ...shapes);
  }
}

/** Shows the newest values, or those at the pointer while it is over the picture. */
function probe(picture, frame, series, now) {
  const marks = svg("g");
  picture.append(marks);
  const show = (games) => {
    const found = series.map((each) => games === null ? each.points.at(-1) : nearest(each.points, games));
    now.textContent = found.map((point) => point ? number(point[1], digits(frame)) : "").join(" · ") + (games === null || !found[0] ? "" : ` at ${short(found[0][0])}`);
    marks.replaceChildren(...(games === null || !found[0] ? [] : [svg("line", { class: "probe", x1: frame.x(found[0][0]), x2: frame.x(found[0][0]), y1: TOP, y2: HEIGHT - BOTTOM })]),
      ...found.flatMap((point, i) => point ? [svg("circle", { class: `dot series-${i + 1}`, cx: frame.x(point[0]), cy: frame.y(point[1]), r: 4.5 })] : []));
  };
  picture.addEventListener("pointermove", (event) => {
    const box = picture.getBoundingClientRect();
    show(((event.clientX - box.left) / box.width * WIDTH - LEFT) / (WIDTH - LEFT - RIGHT) * frame.last);
  });
  picture.addEventListener("pointerleave", () => show(null));
  show(null);
}

const digits = ({ vertical: { from, to } }) => Math.min(Math.max(Math.ceil(2 - Math.log10(to - from)), 0), 4);

const nearest = (points, games) => points.reduce((best, point) => Math.abs(point[0] - games) < Math.abs((best?.[0] ?? Infinity) - games) ? point : best, null);
