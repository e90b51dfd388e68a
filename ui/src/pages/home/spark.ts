/** Small lines of a metric over runs. */

const PAD = 3

/** Give a line through values, in a box, and where each value lies; equal values lie in the middle. */
export function sparkPath(
  values: readonly number[],
  width: number,
  height: number,
): { line: string; points: [number, number][] } {
  const [low, high] = [Math.min(...values), Math.max(...values)]
  const span = high - low
  const points = values.map((value, i): [number, number] => [
    round(PAD + (i / Math.max(1, values.length - 1)) * (width - 2 * PAD)),
    round(PAD + (span ? (high - value) / span : 0.5) * (height - 2 * PAD)),
  ])
  return { line: points.map(([x, y], i) => `${i ? 'L' : 'M'}${x} ${y}`).join(''), points }
}

/** Give the place of the best value, the newest of equal ones. */
export function best(values: readonly number[], way: string): number {
  let found = 0
  for (const [i, value] of values.entries()) {
    const known = values[found] ?? value
    if (way === 'min' ? value <= known : value >= known) found = i
  }
  return found
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
