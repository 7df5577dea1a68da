// The game page: shows what the server sends, and sends what the person does.

import { addressOf, fromAddress, showAddress } from "./address.js";
import { Board } from "./board.js";
import { boardLegend, outcome, resultNote, searchNote, timelineLegend } from "./captions.js";
import { byId, toast } from "./dom.js";
import { Editor } from "./editor.js";
import { Files } from "./files.js";
import { showSummary, showVariations } from "./lines.js";
import { Strength } from "./strength.js";
import { reading, Timeline } from "./timeline.js";
import { capital, counted } from "./words.js";

const MEMORY = "shirokuro-game";
const CHOICES = "shirokuro-choices";

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
    this.toLookAt = null; // the position to view once a setup is confirmed
    this.search = { kind: null, since: 0, depth: null };
    this.board = new Board(byId("board"), (square) => this.#playAt(square));
    this.editor = new Editor(this.board, (digits) => this.#endSetup(digits));
    this.files = new Files(send, (game) => this.#begin(game));
    this.strength = new Strength(() => this.#choose());
    this.timeline = new Timeline(byId("timeline"), (ply) => this.look(ply));
    this.#listen();
  }

  /** Receives the state of the game from the server. */
  receive(game) {
    if (this.awaited !== null && !game.transcript.startsWith(this.awaited)) return;
    this.awaited = null;
    const known = this.game?.plies ?? [];
    const continues = game.plies.slice(0, this.head + 1).every((each, i) => each.move === known[i]?.move) && game.start === (this.game?.start ?? null);
    const isNew = game.transcript !== this.game?.transcript || game.start !== this.game.start;
    const isWritten = document.activeElement === byId("moves") || (!this.game && byId("moves").value !== "");
    const last = game.plies.length - 1;
    if (game.thinking !== this.search.kind || isNew) this.search = { kind: game.thinking, since: performance.now(), depth: null };
    this.game = game;
    if (!continues || last < this.head || last - this.head > 2) this.head = last; // nothing to animate move by move
    if (isNew) this.looking = null;
    if (isNew && !isWritten) byId("moves").value = game.transcript;
    this.#offerLoad();
    this.#advance();
    this.#remember();
    if (this.toLookAt !== null) this.look(this.toLookAt);
    this.toLookAt = null;
  }

  /** Receives the depth that a search has reached. */
  progress({ depth }) {
    this.search.depth = depth;
    this.#note();
  }

  /** Sends the server the game in the address or the stored game of this tab, if there is one. */
  begin() {
    const stored = JSON.parse(sessionStorage.getItem(MEMORY) ?? "null"), linked = fromAddress();
    const isStored = stored && (!linked || (linked.moves === played(stored) && linked.board === stored.board));
    if (isStored) {
      const { showScores, ...setup } = stored;
      this.#setUp(setup);
      this.send({ do: "scores", on: showScores });
      this.toLookAt = linked?.ply ?? null;
    } else if (linked) this.#follow(linked);
    else if (localStorage.getItem(CHOICES)) this.send({ do: "choose", ...this.#choices });
  }

  /** Handles a request that the server rejected. */
  reject(text) {
    this.awaited = this.toLookAt = null;
    toast(text);
  }

  /** Shows the position after `ply` moves. */
  look(ply) {
    if (!this.game || this.editor.active) return;
    const before = this.looking;
    this.looking = ply >= this.game.plies.length - 1 ? null : Math.max(ply, 0);
    this.head = this.game.plies.length - 1;
    if (this.looking !== before) this.send({ do: "look", ply: this.looking });
    this.#draw(false);
    this.#showAddress();
  }

  /** Handles a key; returns false if the key has no meaning here. */
  key(key) {
    const press = { u: "undo", r: "redo", h: "scores", n: "new", c: "copy" }[key];
    if (key === "Escape" && this.editor.active) byId("editor-cancel").click();
    else if (press) byId(press).click();
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
    const isLast = ply === game.plies.length - 1, isNow = isLast && this.looking === null, view = game.view.ply === ply ? game.view : null;
    if (!this.editor.active) {
      this.board.show({ board: shown.board, move: shown.move, side: isLast ? game.turn : game.plies[ply + 1].side,
        legal: view && (this.looking !== null || isNow) ? view.legal : [], scores: view?.scores ?? null, played: game.plies[ply + 1]?.move ?? null, animate });
    }
    this.timeline.show(game.plies, ply);
    byId("reading").replaceChildren(...reading(game.plies, ply));
    byId("looking").hidden = this.looking === null;
    byId("play").classList.toggle("looking-back", this.looking !== null);
    byId("opening").hidden = !view?.opening;
    if (view) byId("opening").textContent = view.opening ? `Opening: ${view.opening}` : "";
    this.#counts(shown.board, isNow);
    byId("status").textContent = this.#status(isNow);
    byId("board-legend").textContent = boardLegend(view?.scores, ply < game.plies.length - 1);
    byId("timeline-legend").textContent = timelineLegend(game.plies);
    this.#note();
    showVariations(game.variations, (number) => this.send({ do: "switch", variation: number }));
    showSummary(game, (before) => this.look(before));
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
    if (!isNow || this.head < game.plies.length - 1) return byId("status").textContent; // the flips are still in progress
    if (game.over) return `Game over: ${outcome(game)}`;
    const passed = game.passed ? `${capital(game.passed)} has no move and passes. ` : "";
    if (!this.hasModel && !game.persons) return "No model yet: the run has not saved one";
    if (!game.persons) return `${passed}The model is thinking…`;
    return passed + (game.player === "both" ? `${capital(game.turn)} to move` : passed ? "You move again" : "Your move");
  }

  /** Says below the status what a search has reached, or why the result differs from the counters. */
  #note() {
    clearTimeout(this.noteTimer);
    const { game, search } = this, isSearch = this.hasModel && (search.kind === "move" || search.kind === "scores");
    if (isSearch) this.noteTimer = setTimeout(() => this.#note(), 100);
    byId("note").textContent = isSearch ? searchNote(search, (performance.now() - search.since) / 1000)
      : this.looking === null ? resultNote(game) : "";
  }

  #controls() {
    const { game } = this;
    for (const id of ["new", "copy", "link", "open", "download", "set-up"]) byId(id).disabled = false;
    byId("scores").setAttribute("aria-pressed", String(game.showScores));
    byId("scores").disabled = !this.hasModel;
    byId("undo").disabled = !game.undo;
    byId("redo").disabled = game.undone === "";
    document.querySelector(`input[name="player"][value="${game.player}"]`).checked = true;
    this.strength.show(game);
  }

  /** The sides and the strength as chosen; before the server has described its levels, as last remembered. */
  get #choices() {
    if (!this.strength.isKnown) return JSON.parse(localStorage.getItem(CHOICES) ?? '{"player":"black"}');
    return { player: document.querySelector('input[name="player"]:checked').value, ...this.strength.choice };
  }

  #choose() {
    if (!this.game) return;
    localStorage.setItem(CHOICES, JSON.stringify(this.#choices));
    this.send({ do: "choose", ...this.#choices });
  }

  #playAt(square) {
    if (this.editor.active) {
      this.editor.place(square);
      return;
    }
    const ply = this.looking ?? this.game.plies.length - 1;
    if (this.looking !== null) this.send({ do: "back", ply });
    this.send({ do: "play", move: square, ply });
  }

  #endSetup(digits) {
    if (digits) this.#begin({ moves: "", board: digits });
    else this.#draw(false);
  }

  /** Enables Load if the text differs from the game; it may have been typed before the first game was received. */
  #offerLoad() {
    byId("load").disabled = this.game === null || byId("moves").value.trim() === this.game.transcript;
  }

  /** The whole line with its variations, from which the server can restore it. */
  get #line() {
    const { transcript, undone, start, variations } = this.game;
    return { moves: transcript + undone, undone: undone.length / 2, board: start, variations: variations.map((each) => each.moves) };
  }

  #setUp(setup) {
    this.awaited = played(setup);
    this.send({ do: "setup", ...setup });
  }

  #begin({ moves, board }) {
    const before = this.#line, isNew = moves !== before.moves || (board ?? null) !== before.board;
    this.send({ do: "setup", moves, board, ...this.#choices });
    if (isNew && (before.moves || before.board)) {
      toast(moves || board ? "Game loaded." : "New game.", "Restore the previous game", () => this.send({ do: "setup", ...before, ...this.#choices }));
    }
  }

  /** Opens the game of an address, which nobody plays until the person chooses a side. */
  #follow({ moves, board, ply }) {
    this.toLookAt = ply;
    this.awaited = /^([a-h][1-8])*$/.test(moves) ? moves : null; // the server reads other notations too
    this.send({ do: "setup", moves, board, ...this.#choices, player: "both" });
  }

  #showAddress() {
    showAddress({ moves: this.game.transcript, board: this.game.start, ply: this.looking });
  }

  #listen() {
    const on = (id, event, action) => byId(id).addEventListener(event, action);
    on("undo", "click", () => this.send({ do: "undo" }));
    on("redo", "click", () => this.send({ do: "redo" }));
    on("scores", "click", () => this.send({ do: "scores", on: !this.game.showScores }));
    on("new", "click", () => this.#begin({ moves: "", board: null }));
    on("resume", "click", () => this.look(Infinity));
    on("from-here", "click", () => this.send({ do: "back", ply: this.looking }));
    on("moves", "input", () => this.#offerLoad());
    on("load", "click", () => { this.files.openText(byId("moves").value); byId("load").disabled = true; });
    on("copy", "click", () => this.#copy(this.game.transcript, this.game.transcript ? "Copied." : "No moves yet."));
    on("link", "click", () => this.#copy(addressOf({ moves: this.game.transcript, board: this.game.start, ply: this.looking }), "Address copied."));
    on("download", "click", () => this.send({ do: "download" }));
    on("set-up", "click", () => this.editor.begin(this.game.plies[this.#ply].board, this.game.view.turn));
    // Before the event is handled, a message from the server may have put the address of the game before back.
    window.addEventListener("hashchange", ({ newURL }) => { const linked = fromAddress(newURL); if (linked) this.#follow(linked); });
    for (const each of document.querySelectorAll('input[name="player"]')) each.addEventListener("change", () => this.#choose());
  }

  async #copy(text, message) {
    try {
      await navigator.clipboard.writeText(text);
    } catch { // without TLS, browsers allow a page to copy only the selection
      const before = byId("moves").value;
      byId("moves").value = text;
      byId("moves").select();
      document.execCommand("copy");
      byId("moves").value = before;
    }
    toast(message);
  }

  #remember() {
    const { player, level, depth, seconds, showScores } = this.game;
    sessionStorage.setItem(MEMORY, JSON.stringify({ ...this.#line, player, level, depth, seconds, showScores }));
    if (this.looking === null) this.#showAddress();
  }
}

/** Returns the moves of a setup that are not taken back. */
const played = ({ moves, undone }) => moves.slice(0, moves.length - 2 * (undone ?? 0));
