// Evaluates positions with a portable model, without packages: node reader.js MODEL.safetensors < positions
//
// A position is a line of 64 squares from a1 to h8 (X black, O white, - empty), a space, and the side to move.
"use strict";
const fs = require("fs");

const PADDING = 255;

/** Reads a model: its tables, the squares of its features, and its metadata. */
function load(path) {
  const content = fs.readFileSync(path);
  const start = 8 + Number(content.readBigUInt64LE(0));
  const { __metadata__: metadata, squares, ...tables } = JSON.parse(content.toString("utf8", 8, start));
  const bytes = (tensor) => content.subarray(start + tensor.data_offsets[0], start + tensor.data_offsets[1]);
  const [, orientations, longest] = squares.shape, places = bytes(squares);
  const patterns = Object.values(tables).map((tensor, pattern) => ({
    weights: bytes(tensor),
    entries: tensor.shape[1],
    features: Array.from({ length: orientations }, (_, orientation) => {
      const first = (pattern * orientations + orientation) * longest;
      return [...places.subarray(first, first + longest)].filter((square) => square !== PADDING);
    }).filter((feature) => feature.length),
  }));
  const [stages, neutral, units] = ["stages", "neutral", "units_per_disc"].map((key) => Number(metadata[key]));
  return { patterns, stages, neutral, units, metadata };
}

/** Counts the discs that the side to move flips by playing on a square. */
function flips(digits, square) {
  let count = 0;
  for (let step = 0; step < 9; step++) {
    if (step === 4) continue;
    const dx = (step % 3) - 1, dy = Math.floor(step / 3) - 1;
    let x = (square % 8) + dx, y = Math.floor(square / 8) + dy, line = 0;
    const disc = () => (x >= 0 && x < 8 && y >= 0 && y < 8 ? digits[8 * y + x] : 0);
    for (; disc() === 2; x += dx, y += dy) line++;
    if (disc() === 1) count += line;
  }
  return count;
}

/** Returns the value in discs for the side to move; a digit is 0 empty, 1 side to move, 2 opponent. */
function evaluate(model, digits) {
  const [empty, own, other] = [0, 1, 2].map((digit) => digits.filter((each) => each === digit).length);
  if (!own || !other || !empty) return own - other + Math.sign(own - other) * empty;
  if (other <= 6 && digits.some((digit, square) => digit === 0 && flips(digits, square) === other)) return 64;
  const stage = Math.min(Math.max(own + other - 4, 0), model.stages - 1);
  let total = 0;
  for (const { weights, entries, features } of model.patterns)
    for (const squares of features) {
      const entry = squares.reduceRight((sum, square) => 3 * sum + digits[square], 0);
      total += weights.readUInt16LE(2 * (stage * entries + entry)) - model.neutral;
    }
  return Math.min(Math.max(total / model.units, -64), 64);
}

if (require.main === module) {
  const model = load(process.argv[2]);
  for (const line of fs.readFileSync(0, "utf8").split("\n").filter(Boolean)) {
    const [board, side] = line.split(" ");
    console.log(evaluate(model, [...board].map((disc) => (disc === "-" ? 0 : disc === side ? 1 : 2))));
  }
}

module.exports = { load, evaluate };
