// Numbers in readable form.

export const DASH = "–";

export const capital = (text) => text[0].toUpperCase() + text.slice(1);

export const number = (value, digits = 0, unit = "") => value === null || value === undefined ? DASH
  : value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits }).replace("-", "−") + unit;

/** Returns a number with its noun: 1 game, 2,000 games. */
export const counted = (value, noun, plural = `${noun}s`) => `${number(value)} ${value === 1 ? noun : plural}`;

/** Formats discs with a sign, as whole numbers if they are exact. */
export const discs = (value, exact = false) => (value > 0 ? "+" : "") + number(value, exact ? 0 : 1);

/** Names the side that is ahead, from a score from Black's side. */
export function ahead(value) {
  const text = number(Math.abs(value.score), value.exact ? 0 : 1);
  if (Number(text) === 0) return "even";
  return `${value.score > 0 ? "Black" : "White"} +${text}`;
}

export function duration(seconds) {
  if (seconds === null || seconds === undefined) return DASH;
  const whole = Math.round(seconds);
  const two = (part) => String(part).padStart(2, "0");
  const days = Math.floor(whole / 86400);
  return `${days ? `${days} d ` : ""}${Math.floor(whole / 3600) % 24}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
}

export function ago(seconds) {
  for (const [unit, length] of [["d", 86400], ["h", 3600], ["min", 60]]) {
    if (seconds >= 2 * length) return `${Math.floor(seconds / length)} ${unit} ago`;
  }
  return `${Math.round(seconds)} s ago`;
}

/** Shortens a number on an axis: 500, 20k, 1.5M. */
export function short(value) {
  for (const [letter, unit] of [["M", 1e6], ["k", 1e3]]) {
    if (Math.abs(value) >= unit) return `${Number((value / unit).toPrecision(3))}${letter}`;
  }
  return String(Number(value.toPrecision(3))).replace("-", "−");
}
