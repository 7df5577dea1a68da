// What the page says about a game: its result, what is shown, and what a search has reached.

import { SLIP } from "./timeline.js";
import { capital, number } from "./words.js";

/** Seconds of a search after which its time is shown. */
const PATIENCE = 0.4;

/** Returns who has won and by how much. */
export function outcome(game) {
  const value = game.plies.at(-1).value, score = Math.abs(value.score);
  if (score === 0) return "a draw, 32 : 32";
  const winner = value.score > 0 ? "black" : "white", points = `${32 + score / 2} : ${32 - score / 2}`;
  if (game.player === "both") return `${capital(winner)} wins ${points}`;
  return game.player === winner ? `you win ${points}` : `the model wins ${points}`;
}

/** Says why the result of a finished game differs from the counters, if it does. */
export function resultNote(game) {
  const { board, value } = game.plies.at(-1), empty = board.split("0").length - 1;
  if (!game.over || !empty) return "";
  const squares = empty === 1 ? "The empty square" : `The ${empty} empty squares`;
  if (value.score === 0) return `${squares} ${empty === 1 ? "is" : "are"} shared`;
  return `${squares} ${empty === 1 ? "counts" : "count"} for the winner`;
}

/** Says what a search has reached after some seconds. */
export function searchNote({ kind, depth }, seconds) {
  if (seconds < PATIENCE) return "";
  const time = `${number(seconds, 1)} s`;
  if (kind === "scores") return `Scoring the moves, ${time}`;
  return depth ? `depth ${depth}, ${time}` : time;
}

/** Says what the marks on the board mean. */
export function boardLegend(scores, isPast) {
  if (!scores) return "Dots: legal moves. Orange: the last move.";
  const exact = scores.every((each) => each.exact) ? "exact " : "";
  return `Numbers: ${exact}discs for the side to move. Yellow: the best move.${isPast ? " Outlined: the move that was played." : ""}`;
}

/** Says what the marks in the timeline mean. */
export function timelineLegend(plies) {
  const marks = ["Bars: who is ahead, Black upwards or White downwards; the dotted lines are 4 and 16 discs."];
  if (plies.some((each) => each.value?.exact)) marks.push("Green: solved exactly.");
  if (plies.some((each) => each.loss >= SLIP)) marks.push(`Triangles: Black’s or White’s mistakes of ${SLIP} discs or more.`);
  return marks.join(" ");
}
