// The training page: the state, measures, warnings and curves of a run.

import { chart, strength } from "./curves.js";
import { byId, html } from "./dom.js";
import { ago, counted, DASH, duration, number } from "./words.js";

export class Training {
  constructor() {
    this.root = byId("training");
    this.run = null;
    this.received = 0;
    setInterval(() => this.#tick(), 1000);
  }

  /** Receives the state of the run, as read from its files. */
  receive(run) {
    const scrolled = this.root.querySelector(".warnings ul")?.scrollTop ?? 0;
    this.run = run;
    this.received = performance.now();
    this.root.replaceChildren(head(run), ...curves(run), warnings(run));
    this.root.querySelector(".warnings ul")?.scrollTo(0, scrolled);
    this.#tick();
  }

  #tick() {
    const age = this.root.querySelector(".age");
    if (!age || this.run.age === null || this.run.state === "complete") return;
    age.textContent = `last metrics ${ago(this.run.age + (performance.now() - this.received) / 1000)}`;
  }
}

function head(run) {
  const share = run.games !== null && run.target ? run.games / run.target : null;
  const tiles = [
    ["games", html("span", {}, number(run.games), html("small", {}, ` of ${number(run.target)}`))],
    ["games per second", number(run.gamesPerSecond)],
    ["training time", duration(run.seconds)],
    ["time left", run.state === "running" ? duration(run.secondsLeft) : DASH],
    ...run.measures.map(({ title, value }) => [title, value]),
    ["last checkpoint", number(run.checkpoint)],
  ];
  return html("section", { class: "card run-head", "aria-label": "The run" },
    html("div", { class: "run-title" }, html("h2", {}, run.name), html("span", { class: `state ${run.state}` }, run.stateWords), html("span", { class: "age" })),
    html("div", { class: "run-progress" }, html("progress", { max: 1, value: share ?? 0, "aria-label": "Progress" }),
      html("b", {}, number(share === null ? null : 100 * share, 1, " %"))),
    html("dl", { class: "tiles" }, ...tiles.map(([name, text]) => html("div", {}, html("dt", {}, name), html("dd", {}, text)))));
}

function curves(run) {
  if (!run.charts.length) return [html("section", { class: "card none" }, "No metrics yet. They appear with the first line of metrics.jsonl.")];
  const last = Math.max(run.games ?? 1, 1);
  const pictures = run.charts.map((each) => chart(each, last));
  pictures.push(...run.strength.map((each) => strength(each, last)));
  return [html("div", { class: "curves" }, ...pictures)];
}

function warnings(run) {
  const items = run.warnings.map((each) => html("li", {}, html("span", { class: "games" }, counted(each.games, "game")),
    html("span", {}, html("b", {}, each.kind), ` ${each.message}`)));
  return html("section", { class: "card warnings", "aria-label": "Warnings" }, html("h2", {}, "Warnings, newest first"),
    items.length ? html("ul", { tabindex: "0" }, ...items) : html("p", { class: "none" }, "none"));
}
