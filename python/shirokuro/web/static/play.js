// The game page: shows what the server sends, and sends what the person does.

import { Board } from "./board.js";
import { byId, toast } from "./dom.js";
import { reading, Timeline } from "./timeline.js";
import { capital, counted } from "./words.js";

const SECONDS = [0.1, 0.2, 0.5, 1, 2, 3, 5, 10];
const MEMORY = "shirokuro-game";

/** Milliseconds for the flips of one move before the next move is shown. */
const MOVE_TIME = 620;

const calm = matchMedia("(prefers-reduced-motion: reduce)");

export class Play {
  /** @param {(message: object) => void} send a function that sends a message to the server */
  constructor(send) {
    this.send = send;
    this.game = null;
    this.hasModel = false;
    this.head = 0; // the newest position shown so far; the game may be ahead
    this.free = 0; // the time at which the next move may be shown
    this.looking = null; // the position being viewed, if it is not the newest
    this.awaited = null; // the moves of a setup that the server has not confirmed yet
    this.board = new Board(byId("board"), (square) => this.#playAt(square));
    this.timeline = new Timeline(byId("timeline"), (ply) => this.look(ply));
    this.#listen();
    this.#sayStrength();
  }

  /** Receives the state of the game from the server. */
  receive(game) {
    if (this.awaited !== null && !game.transcript.startsWith(this.awaited)) return;
    this.awaited = null;
    const known = this.game?.plies ?? [];
    const continues = game.plies.slice(0, this.head + 1).every((each, i) => each.move === known[i]?.move);
    const isNew = game.transcript !== this.game?.transcript;
    const isWritten = document.activeElement === byId("moves") || (!this.game && byId("moves").value !== "");
    const last = game.plies.length - 1;
    this.game = game;
    if (!continues || last < this.head || last - this.head > 2) this.head = last; // nothing to animate move by move
    if (isNew) this.looking = null;
    if (isNew && !isWritten) byId("moves").value = game.transcript;
    this.#offerLoad();
    this.#advance();
    this.#remember();
  }

  /** Sends the server the stored game of this tab, if there is one. */
  begin() {
    const stored = JSON.parse(sessionStorage.getItem(MEMORY) ?? "null");
    if (!stored) return;
    const { showScores, ...setup } = stored;
    this.awaited = setup.moves;
    this.send({ do: "setup", ...setup });
    this.send({ do: "scores", on: showScores });
  }

  /** Handles a request that the server rejected. */
  reject(text) {
    this.awaited = null;
    toast(text);
  }

  /** Shows the position after `ply` moves. */
  look(ply) {
    if (!this.game) return;
    this.looking = ply >= this.game.plies.length - 1 ? null : Math.max(ply, 0);
    this.head = this.game.plies.length - 1;
    this.#draw(false);
  }

  /** Handles a key; returns false if the key has no meaning here. */
  key(key) {
    const press = { u: "undo", h: "scores", n: "new", c: "copy" }[key];
    if (press) byId(press).click();
    else if (key === ",") this.look(this.#ply - 1);
    else if (key === ".") this.look(this.#ply + 1);
    else if (key === "Escape") this.look(Infinity);
    else if (key.startsWith("Arrow")) this.board.focus();
    else return false;
    return true;
  }

  get #ply() {
    return this.looking ?? this.head;
  }

  /** Shows new moves one by one, so that the flips of each are visible. */
  #advance() {
    clearTimeout(this.timer);
    const last = this.game.plies.length - 1, wait = calm.matches ? 0 : this.free - performance.now();
    if (this.head < last && wait > 0) {
      this.timer = setTimeout(() => this.#advance(), wait);
      this.#draw(true);
      return;
    }
    if (this.head < last) {
      this.head += 1;
      this.free = performance.now() + MOVE_TIME;
      if (this.head < last) this.timer = setTimeout(() => this.#advance(), calm.matches ? 0 : MOVE_TIME);
    }
    this.#draw(true);
  }

  #draw(animate) {
    const { game } = this, ply = this.#ply, shown = game.plies[ply];
    const isNow = ply === game.plies.length - 1, mine = isNow && game.persons;
    this.board.show({ board: shown.board, move: shown.move, side: isNow ? game.turn : null, legal: mine ? game.legal : [],
      scores: isNow ? game.scores : null, animate });
    this.timeline.show(game.plies, ply);
    byId("reading").replaceChildren(...reading(game.plies, ply));
    byId("looking").hidden = this.looking === null;
    byId("play").classList.toggle("looking-back", this.looking !== null);
    this.#counts(shown.board, isNow);
    byId("status").textContent = this.#status(isNow);
    this.#controls();
  }

  #counts(board, isNow) {
    for (const [side, digit] of [["black", "1"], ["white", "2"]]) {
      const box = byId(`count-${side}`);
      box.querySelector("b").textContent = board.split(digit).length - 1;
      box.querySelector("small").textContent = this.game.player === "both" ? capital(side) : this.game.player === side ? "you" : "model";
      box.classList.toggle("turn", isNow && this.game.turn === side);
      box.setAttribute("aria-label", `${capital(side)}: ${counted(board.split(digit).length - 1, "disc")}`);
    }
  }

  #status(isNow) {
    const { game } = this;
    if (this.looking !== null) return `Looking at move ${this.looking} of ${game.plies.length - 1}`;
    if (!isNow) return byId("status").textContent; // the flips are still in progress
    if (game.over) return `Game over: ${outcome(game)}`;
    const passed = game.passed ? `${capital(game.passed)} has no move and passes. ` : "";
    if (!this.hasModel && !game.persons) return "No model yet: the run has not saved one";
    if (!game.persons) return `${passed}The model is thinking…`;
    return passed + (game.player === "both" ? `${capital(game.turn)} to move` : passed ? "You move again" : "Your move");
  }

  #controls() {
    const { game } = this;
    byId("new").disabled = byId("copy").disabled = false;
    byId("scores").setAttribute("aria-pressed", String(game.showScores));
    byId("scores").disabled = !this.hasModel;
    byId("undo").disabled = !game.undo;
    document.querySelector(`input[name="player"][value="${game.player}"]`).checked = true;
    if (document.activeElement !== byId("strength")) this.#showStrength(game);
  }

  #showStrength({ depth, seconds }) {
    document.querySelector(`input[name="limit"][value="${depth === null ? "seconds" : "depth"}"]`).checked = true;
    this.#range();
    byId("strength").value = depth ?? SECONDS.reduce((best, each, i) => Math.abs(each - seconds) < Math.abs(SECONDS[best] - seconds) ? i : best, 0);
    this.#sayStrength();
  }

  get #byDepth() {
    return document.querySelector('input[name="limit"]:checked').value === "depth";
  }

  #range() {
    const slider = byId("strength");
    [slider.min, slider.max] = this.#byDepth ? [1, 16] : [0, SECONDS.length - 1];
  }

  #sayStrength() {
    const value = Number(byId("strength").value);
    const words = this.#byDepth ? counted(value, "ply", "plies") : `${SECONDS[value]} s`;
    byId("strength-words").textContent = words;
    byId("strength").setAttribute("aria-valuetext", words);
  }

  #choices() {
    const value = Number(byId("strength").value);
    const player = document.querySelector('input[name="player"]:checked').value;
    return this.#byDepth ? { player, depth: value } : { player, seconds: SECONDS[value] };
  }

  #choose() {
    this.send({ do: "choose", ...this.#choices() });
  }

  #playAt(square) {
    if (this.looking === null) this.send({ do: "play", move: square, ply: this.game.plies.length - 1 });
  }

  /** Enables Load if the text differs from the game; it may have been typed before the first game was received. */
  #offerLoad() {
    byId("load").disabled = this.game === null || byId("moves").value.trim() === this.game.transcript;
  }

  #begin(moves) {
    const before = this.game.transcript;
    this.send({ do: "setup", moves, ...this.#choices() });
    if (before && before !== moves) toast(moves ? "Game loaded." : "New game.", "Restore the previous game", () => this.send({ do: "setup", moves: before, ...this.#choices() }));
  }

  #listen() {
    const on = (id, event, action) => byId(id).addEventListener(event, action);
    on("undo", "click", () => this.send({ do: "undo" }));
    on("scores", "click", () => this.send({ do: "scores", on: !this.game.showScores }));
    on("new", "click", () => this.#begin(""));
    on("resume", "click", () => this.look(Infinity));
    on("from-here", "click", () => this.send({ do: "back", ply: this.looking }));
    on("strength", "input", () => this.#sayStrength());
    on("strength", "change", () => this.#choose());
    on("moves", "input", () => this.#offerLoad());
    on("load", "click", () => { this.#begin(byId("moves").value); byId("load").disabled = true; });
    on("copy", "click", () => this.#copy());
    for (const each of document.querySelectorAll('input[name="player"]')) each.addEventListener("change", () => this.#choose());
    for (const each of document.querySelectorAll('input[name="limit"]')) {
      each.addEventListener("change", () => {
        this.#range();
        byId("strength").value = this.#byDepth ? 6 : 3;
        this.#sayStrength();
        this.#choose();
      });
    }
  }

  async #copy() {
    try {
      await navigator.clipboard.writeText(this.game.transcript);
    } catch { // without TLS, browsers allow a page to copy only the selection
      byId("moves").select();
      document.execCommand("copy");
    }
    toast(this.game.transcript ? "Copied." : "No moves yet.");
  }

  #remember() {
    const { transcript, player, depth, seconds, showScores } = this.game;
    sessionStorage.setItem(MEMORY, JSON.stringify({ moves: transcript, player, depth, seconds, showScores }));
  }
}

function outcome(game) {
  const value = game.plies.at(-1).value, score = Math.abs(value.score);
  if (score === 0) return "a draw, 32 : 32";
  const winner = value.score > 0 ? "black" : "white", points = `${32 + score / 2} : ${32 - score / 2}`;
  if (game.player === "both") return `${capital(winner)} wins ${points}`;
  return game.player === winner ? `you win ${points}` : `the model wins ${points}`;
}
