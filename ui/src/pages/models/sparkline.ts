/** A line as small as a word: where it goes, in a box of a given size. */

/** A point of the line. */
export interface Spot {
  x: number
  y: number
}

/** Give the points of a line in a box; equal values lie in its middle. Larger values are higher. */
export function spots(values: readonly number[], width: number, height: number, edge = 3): Spot[] {
  const finite = values.filter(Number.isFinite)
  if (finite.length === 0) return []
  const low = Math.min(...finite)
  const span = Math.max(...finite) - low
  const step = finite.length > 1 ? (width - 2 * edge) / (finite.length - 1) : 0
  return finite.map((value, i) => ({
    x: round(finite.length > 1 ? edge + i * step : width - edge),
    y: round(
      span === 0 ? height / 2 : height - edge - ((value - low) / span) * (height - 2 * edge),
    ),
  }))
}

/** Give the path of a line through points. */
export function linePath(points: readonly Spot[]): string {
  return points.map(({ x, y }, i) => `${i ? 'L' : 'M'}${x} ${y}`).join('')
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
