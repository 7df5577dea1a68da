// The model's strength: a named level, or an own depth or time.

import { byId, html } from "./dom.js";
import { capital, counted } from "./words.js";

const SECONDS = [0.1, 0.2, 0.5, 1, 2, 3, 5, 10];
const ABOUT = {
  depth: "The model looks this far ahead. A ply is one move of one side.",
  seconds: "The model thinks this long about each move.",
};

export class Strength {
  /** @param {() => void} onChange is called when the person has chosen a strength */
  constructor(onChange) {
    this.levels = {};
    byId("level").addEventListener("change", () => {
      this.#range();
      byId("strength").value = this.#kind === "depth" ? 6 : 3;
      this.#say();
      onChange();
    });
    byId("strength").addEventListener("input", () => this.#say());
    byId("strength").addEventListener("change", onChange);
  }

  /** Offers the levels that the server knows, the weakest first. */
  offer(levels) {
    if (this.isKnown) return;
    this.levels = Object.fromEntries(levels.map(({ name, about }) => [name, about]));
    byId("level").prepend(...levels.map(({ name }) => html("option", { value: name }, capital(name))));
  }

  /** Whether the server has sent its levels. */
  get isKnown() {
    return Object.keys(this.levels).length > 0;
  }

  /** Shows the strength of a game. */
  show({ level, depth, seconds }) {
    if (document.activeElement === byId("strength")) return;
    byId("level").value = level ?? (depth === null ? "seconds" : "depth");
    this.#range();
    if (level === null) byId("strength").value = depth ?? SECONDS.reduce((best, each, i) => Math.abs(each - seconds) < Math.abs(SECONDS[best] - seconds) ? i : best, 0);
    this.#say();
  }

  /** Returns the chosen strength, for a message. */
  get choice() {
    const value = Number(byId("strength").value), kind = this.#kind;
    if (kind === "depth") return { depth: value };
    return kind === "seconds" ? { seconds: SECONDS[value] } : { level: kind };
  }

  get #kind() {
    return byId("level").value;
  }

  #range() {
    const slider = byId("strength");
    byId("own").hidden = !(this.#kind in ABOUT);
    [slider.min, slider.max] = this.#kind === "depth" ? [1, 16] : [0, SECONDS.length - 1];
  }

  #say() {
    const value = Number(byId("strength").value), about = ABOUT[this.#kind] ?? this.levels[this.#kind];
    const words = this.#kind === "depth" ? counted(value, "ply", "plies") : `${SECONDS[value]} s`;
    byId("strength-words").textContent = words;
    byId("strength").setAttribute("aria-valuetext", words);
    byId("level-about").textContent = about ? `${capital(about).replace(/\.$/, "")}.` : "";
  }
}
