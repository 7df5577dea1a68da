// The other lines of a game, and its summary at the end.

import { byId, html } from "./dom.js";
import { capital, counted, number } from "./words.js";

/** Shows the variations as buttons; `onSwitch` is called with the number of the chosen one. */
export function showVariations(variations, onSwitch) {
  const buttons = variations.map(({ ply, move, count }, i) => {
    const button = html("button", { title: "Go to this line; the current one is kept" }, `${ply}. ${move} … `, html("small", {}, counted(count, "move")));
    button.addEventListener("click", () => onSwitch(i));
    return button;
  });
  byId("variations").hidden = buttons.length === 0;
  replace(byId("variations"), variations, [html("span", {}, "Other lines"), ...buttons]);
}

/** Shows each side's mean loss and worst moves; `onLook` is called with the number of moves before a chosen one. */
export function showSummary(game, onLook) {
  const { summary } = game;
  byId("summary").hidden = summary === null;
  if (summary === null) return;
  const rows = ["black", "white"].map((side) => html("tr", {}, html("th", { scope: "row" }, who(game, side)),
    html("td", {}, number(summary[side].mean, 1)), html("td", {}, ...worst(game, summary[side].worst, onLook))));
  const head = html("tr", {}, html("td", {}), html("th", { scope: "col" }, "Mean loss"), html("th", { scope: "col" }, "Worst moves"));
  replace(byId("summary"), [summary, game.player], [html("table", {}, html("thead", {}, head), html("tbody", {}, ...rows)),
    html("p", { class: "legend" }, "Losses are discs, compared with the best move. A click shows the position before the move.")]);
}

function worst(game, moves, onLook) {
  if (moves.length === 0) return ["none"];
  return moves.map(({ ply, loss }) => {
    const { move, better } = game.plies[ply], hint = better ? `; better: ${better}` : "";
    const button = html("button", { "aria-label": `Move ${ply}, ${move}, lost ${number(loss, 1)}${hint}` }, `${ply}. ${move} `, html("b", {}, `−${number(loss, 1)}`));
    button.addEventListener("click", () => onLook(ply - 1));
    return button;
  });
}

const who = (game, side) => capital(side) + (game.player === "both" ? "" : game.player === side ? " (you)" : " (model)");

/** Replaces the children if the content has changed, so that a focused button stays. */
function replace(element, content, children) {
  const key = JSON.stringify(content);
  if (element.dataset.content === key) return;
  element.dataset.content = key;
  element.replaceChildren(...children);
}
