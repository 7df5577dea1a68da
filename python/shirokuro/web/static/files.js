// Opening texts and files of games, by paste, drop or choice, and saving a game to a file.

import { byId, html, toast } from "./dom.js";
import { counted } from "./words.js";

const MAX_BYTES = 380_000;

export class Files {
  /**
   * @param {(message: object) => void} send a function that sends a message to the server
   * @param {(game: {moves: string, board: string | null}) => void} onGame is called with the game to load
   */
  constructor(send, onGame) {
    this.send = send;
    this.onGame = onGame;
    this.games = [];
    const on = (id, event, action) => byId(id).addEventListener(event, action);
    on("open", "click", () => byId("file").click());
    on("file", "change", () => { this.#read(byId("file").files[0]); byId("file").value = ""; });
    on("games-filter", "input", () => this.#list());
    on("games-load", "click", () => this.#choose());
    on("games-list", "dblclick", () => this.#choose());
    on("games-list", "keydown", (event) => { if (event.key === "Enter") this.#choose(); });
    on("games-cancel", "click", () => byId("games").close());
    document.addEventListener("dragover", (event) => event.preventDefault());
    document.addEventListener("drop", (event) => this.#drop(event));
    document.addEventListener("paste", (event) => this.#paste(event));
  }

  /** Asks the server for the games of a text. */
  openText(text) {
    if (text.length > MAX_BYTES) toast(`This text is too long: at most ${counted(MAX_BYTES, "character")}.`);
    else this.send({ do: "open", name: "", text });
  }

  /** Receives the games of a text or a file: loads the only one, or lets the person choose. */
  receive({ name, games, skipped, more }) {
    if (games.length === 1 && !skipped) {
      this.onGame(games[0]);
      return;
    }
    this.games = games;
    byId("games-title").textContent = `${counted(games.length, "game")}${name ? ` of ${name}` : ""}`;
    const notes = [more ? "Only the first games are shown." : "", skipped ? `${counted(skipped, "damaged record")} left out.` : ""];
    byId("games-note").textContent = notes.join(" ").trim();
    byId("games-filter").value = "";
    this.#list();
    byId("games").showModal();
  }

  /** Saves a text as a file. */
  save({ name, text }) {
    const address = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
    html("a", { href: address, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(address), 1000);
  }

  #list() {
    const words = byId("games-filter").value.toLowerCase().split(/\s+/);
    const shown = this.games.map((game, i) => [game.title, i]).filter(([title]) => words.every((word) => title.toLowerCase().includes(word)));
    byId("games-list").replaceChildren(...shown.map(([title, i]) => html("option", { value: i }, title)));
    byId("games-list").selectedIndex = 0;
    byId("games-load").disabled = shown.length === 0;
  }

  #choose() {
    const game = this.games[byId("games-list").value];
    if (!game) return;
    byId("games").close();
    this.onGame(game);
  }

  #drop(event) {
    event.preventDefault();
    const file = event.dataTransfer?.files[0], text = event.dataTransfer?.getData("text/plain");
    if (file) this.#read(file);
    else if (text) this.openText(text);
  }

  #paste(event) {
    if (event.target.matches?.("textarea, input")) return;
    const file = event.clipboardData?.files[0], text = event.clipboardData?.getData("text/plain");
    if (file) this.#read(file);
    else if (text) this.openText(text);
  }

  #read(file) {
    if (!file) return;
    if (file.size > MAX_BYTES) {
      toast(`${file.name} is too large: at most ${counted(MAX_BYTES / 1000, "kB", "kB")}.`);
      return;
    }
    const reader = new FileReader();
    reader.addEventListener("load", () => this.send({ do: "open", name: file.name.slice(-200), base64: reader.result.split(",")[1] ?? "" }));
    reader.addEventListener("error", () => toast(`${file.name} can't be read.`));
    reader.readAsDataURL(file);
  }
}
