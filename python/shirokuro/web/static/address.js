// The address of a position: its moves stand after the # and are never sent to a server with a request.

/** Returns the game in an address, or null. */
export function fromAddress(address = location.href) {
  const values = new URLSearchParams(new URL(address).hash.slice(1));
  const moves = values.get("moves") ?? "", board = values.get("board"), ply = values.get("ply");
  if (!moves && !board) return null;
  return { moves: moves.toLowerCase(), board, ply: /^\d{1,2}$/.test(ply ?? "") ? Number(ply) : null };
}

/** Returns the address of a game, and of an earlier position of it if `ply` is not null. */
export function addressOf({ moves, board, ply }) {
  const values = new URLSearchParams();
  if (moves) values.set("moves", moves);
  if (board) values.set("board", board);
  if (ply !== null) values.set("ply", ply);
  const url = new URL(location.href);
  url.hash = values.toString();
  return url.href.replace(/#$/, "");
}

/** Shows the address of a game in the browser. */
export function showAddress(game) {
  const address = addressOf(game);
  if (address !== location.href) history.replaceState(null, "", address);
}
