// The timeline of a game: the model's evaluation after each move, and the moves that gave away discs.

import { html, svg } from "./dom.js";
import { ahead, capital, number } from "./words.js";

const WIDTH = 460, HEIGHT = 150, TOP = 2, BOTTOM = 128, MOVES = 60;
const STEP = WIDTH / (MOVES + 1), ZERO = (TOP + BOTTOM) / 2;

/** The number of discs given away from which a move is marked. */
export const SLIP = 4;

/** Maps a score to a height: 64 discs fill half of the chart, and small leads, the most common, are enlarged. */
const height = (score) => (ZERO - TOP - 2) * Math.sqrt(Math.min(Math.abs(score), 64) / 64);

export class Timeline {
  /**
   * @param {HTMLElement} root the parent element
   * @param {(ply: number) => void} onPick is called with the number of moves before a chosen position
   */
  constructor(root, onPick) {
    this.onPick = onPick;
    this.last = 0;
    this.ply = 0;
    this.bars = svg("g");
    this.svg = svg("svg", { class: "timeline", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "slider", tabindex: "0",
      "aria-label": "Position of the game", "aria-valuemin": "0" },
    svg("rect", { class: "back", x: 0, y: TOP, width: WIDTH, height: BOTTOM - TOP, rx: 6 }), ...rules(), this.bars);
    this.svg.addEventListener("click", (event) => this.#pickAt(event.clientX));
    this.svg.addEventListener("keydown", (event) => this.#key(event));
    root.append(this.svg);
  }

  /** Draws the game, with a frame around the position being viewed. */
  show(plies, ply) {
    this.last = plies.length - 1;
    this.ply = ply;
    this.bars.replaceChildren(...plies.flatMap(bar),
      svg("rect", { class: "now", x: x(ply) - 1, y: TOP, width: STEP + 2, height: BOTTOM - TOP, rx: 3 }));
    const value = plies[ply].value;
    this.svg.setAttribute("aria-valuemax", this.last);
    this.svg.setAttribute("aria-valuenow", ply);
    this.svg.setAttribute("aria-valuetext", `${ply ? `move ${ply}, ${plies[ply].side} ${plies[ply].move}` : "the start"}: ${value ? ahead(value) : "not evaluated yet"}`);
  }

  #pick(ply) {
    this.onPick(Math.min(Math.max(ply, 0), this.last));
  }

  #pickAt(clientX) {
    const box = this.svg.getBoundingClientRect();
    this.#pick(Math.floor(((clientX - box.left) / box.width * WIDTH) / STEP));
  }

  #key(event) {
    const to = { ArrowLeft: this.ply - 1, ArrowDown: this.ply - 1, ArrowRight: this.ply + 1, ArrowUp: this.ply + 1, Home: 0, End: this.last }[event.key];
    if (to === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    this.#pick(to);
    event.preventDefault();
    event.stopPropagation();
  }
}

const x = (ply) => STEP * ply;

function bar({ value, loss, side }, ply) {
  if (!value) return [svg("rect", { class: "unknown", x: x(ply) + 0.75, y: ZERO - 1.5, width: STEP - 1.5, height: 3 })];
  const size = Math.max(height(value.score), 1.5), isBlack = value.score >= 0;
  const parts = [svg("rect", { class: isBlack ? "black" : "white", x: x(ply) + 0.5, y: isBlack ? ZERO - size : ZERO, width: STEP - 1, height: size, rx: 1.5 })];
  if (value.exact) parts.push(svg("rect", { class: "exact", x: x(ply) + 0.5, y: BOTTOM + 2, width: STEP - 1, height: 3 }));
  if (loss !== null && loss >= SLIP) {
    const middle = x(ply) + STEP / 2, tip = isBlack ? ZERO + 4 : ZERO - 4, down = isBlack ? 9 : -9;
    parts.push(svg("path", { class: `slip ${side}`, d: `M${middle} ${tip}l4.5 ${down}h-9z` }));
  }
  return parts;
}

function rules() {
  const lines = [4, 16].flatMap((score) => [-1, 1].map((sign) => svg("line", { class: "rule", x1: 0, x2: WIDTH, y1: ZERO - sign * height(score), y2: ZERO - sign * height(score) })));
  const numbers = [10, 20, 30, 40, 50, 60].map((ply) => svg("text", { class: "axis", x: Math.min(x(ply) + STEP / 2, WIDTH - 8), y: HEIGHT - 4 }, String(ply)));
  return [...lines, svg("line", { class: "zero", x1: 0, x2: WIDTH, y1: ZERO, y2: ZERO }), ...numbers,
    svg("text", { x: 6, y: TOP + 14 }, "Black"), svg("text", { x: 6, y: BOTTOM - 6 }, "White")];
}

/** Returns the evaluation of a position in words, as nodes, and what the next move lost if it is known. */
export function reading(plies, ply) {
  const { value, move, side } = plies[ply], next = plies[ply + 1];
  const place = ply ? `${ply}. ${capital(side)} ${move}: ` : "Start: ";
  if (!value) return [place, html("span", { class: "none" }, "not evaluated yet")];
  const how = value.depth === 0 ? "final" : value.exact ? "exact" : `depth ${value.depth}`;
  const line = value.line.length ? `; expects ${value.line.join(" ")}` : "";
  return [place, html("b", {}, ahead(value)), ...slip(plies[ply], " gave away "), html("small", {}, how + line),
    ...(next?.better ? [html("small", { class: "next" }, `Then ${capital(next.side)} played ${next.move}`, ...slip(next, ", which gave away "))] : [])];
}

/** Returns what a move gave away and the better one, as nodes, if it is worth a mention. */
function slip({ loss, better }, words) {
  if (!better && !(loss >= SLIP)) return [];
  return [html("span", { class: "slip" }, words + number(loss, 1) + (better ? `; better: ${better}` : ""))];
}
