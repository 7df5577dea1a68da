// Connects to the server and passes its messages to the pages.

import { byId } from "./dom.js";
import { Play } from "./play.js";
import { Training } from "./training.js";
import { counted } from "./words.js";

const THEMES = ["auto", "light", "dark"];
const THEME_SIGNS = { auto: "◐", light: "☀", dark: "☾" };
const THEME_WORDS = { auto: "system setting", light: "light", dark: "dark" };
const PAGES = ["play", "training"];

let socket = null;
let tries = 0;
let page = "play";
let hasModelInfo = false; // whether the server has described its model

const send = (message) => {
  if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
};
const play = new Play(send);
const training = new Training();

function connect() {
  const url = new URL("live", location.href);
  url.protocol = url.protocol.replace("http", "ws");
  url.search = url.hash = "";
  socket = new WebSocket(url);
  socket.addEventListener("open", () => {
    tries = 0;
    byId("banner").hidden = true;
    play.begin();
    send({ do: "watch", on: page === "training" });
  });
  socket.addEventListener("message", (event) => receive(JSON.parse(event.data)));
  socket.addEventListener("close", () => {
    byId("banner").textContent = "Connection lost. Your game is kept here; reconnecting…";
    byId("banner").hidden = false;
    tries += 1;
    setTimeout(connect, Math.min(500 * 1.6 ** tries, 10000));
  });
}

function receive(message) {
  if (message.type === "game") play.receive(message);
  else if (message.type === "run") training.receive(message);
  else if (message.type === "model") showModel(message);
  else if (message.type === "progress") play.progress(message);
  else if (message.type === "games") play.files.receive(message);
  else if (message.type === "file") play.files.save(message);
  else if (message.type === "notice") play.reject(message.text);
}

function showModel({ source, run, name, games, newer, levels }) {
  play.strength.offer(levels);
  play.hasModel = name !== null;
  byId("model").textContent = name === null ? `${source}: no model yet` : games === null ? source : `${source}, ${counted(games, "game")}`;
  byId("renew").hidden = newer === null || name === null;
  byId("renew").textContent = `Switch to the newer model: ${counted(newer, "game")}`;
  document.querySelector(".tabs").hidden = !run;
  document.title = `${source} · shirokuro`;
  if (run && name === null && !hasModelInfo) open("training"); // without a model, the opponent is still missing
  hasModelInfo = true;
}

function open(name) {
  page = name;
  for (const each of PAGES) {
    byId(each).hidden = each !== name;
    byId(`tab-${each}`).setAttribute("aria-selected", String(each === name));
    byId(`tab-${each}`).tabIndex = each === name ? 0 : -1;
  }
  send({ do: "watch", on: name === "training" });
}

function showTheme(theme) {
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  byId("theme").textContent = THEME_SIGNS[theme];
  byId("theme").setAttribute("aria-label", `Colours: ${THEME_WORDS[theme]}`);
}

function nextTheme() {
  const theme = THEMES[(THEMES.indexOf(localStorage.getItem("shirokuro-theme") ?? "auto") + 1) % THEMES.length];
  localStorage.setItem("shirokuro-theme", theme);
  showTheme(theme);
}

function key(event) {
  const isTyping = event.target.matches("textarea, input[type='text']");
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (isTyping) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  const isControl = event.target.matches("input, select, [role='tab'], [role='slider'], ul");
  if (isControl && event.key.startsWith("Arrow")) return;
  if (event.target.matches("select") && /^[a-z ]$/.test(event.key)) return; // letters choose an option
  const hasTabs = !document.querySelector(".tabs").hidden;
  if (event.key === "?") byId("help").showModal();
  else if (event.key === "t") nextTheme();
  else if (hasTabs && (event.key === "1" || event.key === "2")) open(PAGES[event.key - 1]);
  else if (page !== "play" || !play.game || !play.key(event.key)) return;
  event.preventDefault();
}

for (const name of PAGES) {
  byId(`tab-${name}`).addEventListener("click", () => open(name));
  byId(`tab-${name}`).addEventListener("keydown", (event) => {
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    const other = PAGES.find((each) => each !== name);
    open(other);
    byId(`tab-${other}`).focus();
  });
}
byId("theme").addEventListener("click", nextTheme);
byId("renew").addEventListener("click", () => send({ do: "renew" }));
byId("help-button").addEventListener("click", () => byId("help").showModal());
document.addEventListener("keydown", key);
showTheme(localStorage.getItem("shirokuro-theme") ?? "auto");
connect();
