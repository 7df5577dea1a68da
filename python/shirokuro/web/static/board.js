// The board: draws a position and reports the square that a person chooses.

import { svg } from "./dom.js";
import { discs } from "./words.js";

const SIDE = 100;
const MARGIN = 40;
const NAMES = ["", "black", "white"];
const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export const SQUARES = Array.from({ length: 64 }, (_, i) => "abcdefgh"[i % 8] + (1 + Math.floor(i / 8)));

export class Board {
  /**
   * @param {HTMLElement} root the parent element
   * @param {(square: string) => void} onPlay is called with a chosen legal square
   */
  constructor(root, onPlay) {
    this.onPlay = onPlay;
    this.board = "0".repeat(64);
    this.cursor = SQUARES.indexOf("d3");
    this.cells = SQUARES.map((name, i) => this.#cell(name, i));
    const size = 8 * SIDE + 2 * MARGIN;
    const rows = Array.from({ length: 8 }, (_, rank) => svg("g", { role: "row" }, ...this.cells.slice(8 * rank, 8 * rank + 8).map((cell) => cell.root)));
    this.svg = svg("svg", { class: "board", viewBox: `0 0 ${size} ${size}`, role: "grid", "aria-label": "Board" },
      ...gradients(), svg("rect", { class: "frame", width: size, height: size }), ...ground(), ...rows);
    this.cells[this.cursor].root.setAttribute("tabindex", "0");
    this.svg.addEventListener("click", (event) => this.#choose(event.target.closest(".cell")));
    this.svg.addEventListener("keydown", (event) => this.#key(event));
    root.append(this.svg);
  }

  /**
   * Draws a position: 64 digits, the last move, the legal moves, their scores if known, and the move that was played
   * next. If the board is open, every square can be chosen.
   */
  show({ board, move, side, legal, scores, played, animate, isOpen = false }) {
    const best = scores ? Math.max(...scores.map((each) => each.score)) : null;
    const scoreOf = new Map((scores ?? []).map((each) => [each.move, each]));
    const from = move ? SQUARES.indexOf(move) : -1;
    this.svg.dataset.turn = side ?? "";
    for (const [i, cell] of this.cells.entries()) {
      const isLegal = legal.includes(cell.name), scored = scoreOf.get(cell.name);
      this.#disc(cell, this.board[i], board[i], i === from, animate ? distance(i, from) : 0);
      cell.root.classList.toggle("legal", isLegal);
      cell.root.classList.toggle("open", isOpen);
      cell.root.classList.toggle("played", cell.name === played);
      cell.root.classList.toggle("last-move", i === from);
      cell.root.classList.toggle("scored", Boolean(scored));
      cell.root.classList.toggle("best", scored?.score === best && best !== null);
      cell.worth.textContent = scored ? discs(scored.score, scored.exact || Math.abs(scored.score) >= 9.95) : "";
      cell.ghost.setAttribute("fill", `url(#${side ?? "black"}-disc)`);
      cell.root.setAttribute("aria-label", describe(cell.name, board[i], isLegal, i === from, scored, cell.name === played));
      cell.root.setAttribute("aria-disabled", String(!isLegal && !isOpen));
    }
    this.board = board;
  }

  /** Moves the keyboard focus to the board. */
  focus() {
    this.cells[this.cursor].root.focus();
  }

  #cell(name, i) {
    const c = SIDE / 2;
    const face = (colour) => svg("g", { class: `face ${colour}` }, svg("circle", { class: "shadow", cx: c + 1, cy: c + 5, r: 41 }),
      svg("circle", { cx: c, cy: c, r: 41, fill: `url(#${colour}-disc)` }));
    const disc = svg("g", { class: "disc" }, face("black"), face("white"));
    const ghost = svg("circle", { class: "ghost", cx: c, cy: c, r: 41 });
    const worth = svg("text", { class: "worth", x: c, y: c + 1 });
    const root = svg("g", { class: "cell", role: "gridcell", tabindex: "-1", "data-square": name,
      transform: `translate(${MARGIN + SIDE * (i % 8)} ${MARGIN + SIDE * Math.floor(i / 8)})` },
    svg("rect", { class: "hit", width: SIDE, height: SIDE }), svg("circle", { class: "mark", cx: c, cy: c, r: 10 }), ghost, disc,
    svg("rect", { class: "plate", x: 8, y: 28, width: 84, height: 44, rx: 12 }), worth,
    svg("circle", { class: "last", cx: c, cy: c, r: 9 }), svg("rect", { class: "cursor", x: 5, y: 5, width: SIDE - 10, height: SIDE - 10, rx: 10 }));
    return { name, root, disc, ghost, worth };
  }

  #disc(cell, before, after, isNew, steps) {
    if (before === after) return;
    const { classList, style } = cell.disc;
    classList.remove("black", "white", "placed", "gone");
    if (after !== "0") classList.add(NAMES[after]);
    if (before === "0" && (isNew || after !== "0")) classList.add("placed");
    if (after === "0") classList.add("gone");
    style.setProperty("--delay", `${0.05 * Math.max(steps - 1, 0)}s`);
  }

  #choose(cell) {
    if (!cell) return;
    this.#moveTo(SQUARES.indexOf(cell.dataset.square));
    if (cell.classList.contains("legal") || cell.classList.contains("open")) this.onPlay(cell.dataset.square);
  }

  #moveTo(square) {
    this.cells[this.cursor].root.setAttribute("tabindex", "-1");
    this.cursor = square;
    this.cells[square].root.setAttribute("tabindex", "0");
  }

  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = STEPS[event.key];
    if (step) {
      const file = Math.min(Math.max((this.cursor % 8) + step[0], 0), 7);
      const rank = Math.min(Math.max(Math.floor(this.cursor / 8) + step[1], 0), 7);
      this.#moveTo(8 * rank + file);
      this.focus();
    } else if (event.key === "Enter" || event.key === " ") {
      this.#choose(this.cells[this.cursor].root);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }
}

const distance = (i, j) => j < 0 ? 0 : Math.max(Math.abs((i % 8) - (j % 8)), Math.abs(Math.floor(i / 8) - Math.floor(j / 8)));

function describe(name, disc, isLegal, isLast, scored, isPlayed) {
  const parts = [name, ["empty", "black", "white"][disc]];
  if (isLast) parts.push("last move");
  if (isLegal) parts.push("legal move");
  if (scored) parts.push(`score ${discs(scored.score, scored.exact)}`);
  if (scored && isPlayed) parts.push("played");
  return parts.join(", ");
}

function gradients() {
  const gradient = (id, cx, cy, r, ...stops) => svg("radialGradient", { id, cx, cy, r },
    ...stops.map(([offset, colour]) => svg("stop", { offset, "stop-color": colour })));
  return [svg("defs", {}, gradient("felt", "42%", "36%", "85%", [0, "#358c63"], [1, "#256c4a"]),
    gradient("black-disc", "36%", "30%", "78%", [0, "#596068"], [0.45, "#22262a"], [1, "#08090a"]),
    gradient("white-disc", "36%", "30%", "78%", [0, "#ffffff"], [0.6, "#f3f3ee"], [1, "#c9cac3"]))];
}

function ground() {
  const size = 8 * SIDE;
  const lines = Array.from({ length: 9 }, (_, i) => `M${MARGIN + SIDE * i} ${MARGIN}v${size}M${MARGIN} ${MARGIN + SIDE * i}h${size}`).join("");
  const spots = [2, 6].flatMap((x) => [2, 6].map((y) => svg("circle", { class: "spot", cx: MARGIN + SIDE * x, cy: MARGIN + SIDE * y, r: 7 })));
  const labels = [...Array(8).keys()].flatMap((i) => [
    svg("text", { class: "label", x: MARGIN + SIDE * (i + 0.5), y: MARGIN / 2 + 1 }, "abcdefgh"[i]),
    svg("text", { class: "label", x: MARGIN / 2, y: MARGIN + SIDE * (i + 0.5) }, String(i + 1))]);
  return [svg("g", { "aria-hidden": "true" }, svg("rect", { class: "field", x: MARGIN, y: MARGIN, width: size, height: size }),
    svg("path", { class: "grid", d: lines }), ...spots, ...labels)];
}
