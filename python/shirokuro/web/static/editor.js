// Setting up a position on the board.

import { SQUARES } from "./board.js";
import { byId } from "./dom.js";

const START = "0".repeat(27) + "21" + "0".repeat(6) + "12" + "0".repeat(27);

const chosen = (name) => document.querySelector(`input[name="${name}"]:checked`).value;

export class Editor {
  /**
   * @param {import("./board.js").Board} board the board
   * @param {(digits: string | null) => void} onEnd is called with the squares and the side to move, or null
   */
  constructor(board, onEnd) {
    this.board = board;
    this.active = false;
    this.squares = START;
    const on = (id, action) => byId(id).addEventListener("click", action);
    on("editor-done", () => this.#end(this.squares + chosen("to-move"), onEnd));
    on("editor-cancel", () => this.#end(null, onEnd));
    on("editor-clear", () => this.#draw("0".repeat(64)));
    on("editor-start", () => this.#draw(START));
  }

  /** Begins with a position. */
  begin(squares, turn) {
    this.active = true;
    document.querySelector(`input[name="to-move"][value="${turn === "white" ? 2 : 1}"]`).checked = true;
    this.#draw(squares);
    this.#show();
    byId("editor").scrollIntoView({ block: "nearest" });
  }

  /** Puts the chosen disc on a square, or takes an equal one away. */
  place(square) {
    const i = SQUARES.indexOf(square), disc = chosen("disc");
    this.#draw(this.squares.slice(0, i) + (this.squares[i] === disc ? "0" : disc) + this.squares.slice(i + 1));
  }

  #draw(squares) {
    this.squares = squares;
    this.board.show({ board: squares, move: null, side: null, legal: [], scores: null, played: null, animate: false, isOpen: true });
  }

  #end(digits, onEnd) {
    this.active = false;
    this.#show();
    onEnd(digits);
  }

  #show() {
    byId("editor").hidden = !this.active;
    byId("play").classList.toggle("setting-up", this.active);
  }
}
