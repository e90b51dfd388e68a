/** A third number over two: estimated between points, cut into bands. Pure. */

import { contours } from 'd3-contour'
import { mean } from './correlation'

/** A point with what it measured; x and y from 0 to 1. */
export interface Measured {
  x: number
  y: number
  value: number
}

/** A band: everything at or above a value, as rings of points from 0 to 1; holes run backwards. */
export interface Band {
  from: number
  rings: readonly (readonly (readonly [number, number])[])[][]
}

/**
 * Estimate values on a grid of `size` by `size`, rows of equal y.
 *
 * Source: Shepard, inverse distance weighting of the power 3 (1968).
 */
export function gridOf(points: readonly Measured[], size: number): number[] {
  const found = new Array<number>(size * size)
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      found[row * size + column] = estimate(points, (column + 0.5) / size, (row + 0.5) / size)
    }
  }
  return found
}

function estimate(points: readonly Measured[], x: number, y: number): number {
  let weights = 0
  let sum = 0
  for (const point of points) {
    const near = ((point.x - x) ** 2 + (point.y - y) ** 2) ** 1.5
    if (near < 1e-12) return point.value
    weights += 1 / near
    sum += point.value / near
  }
  return weights ? sum / weights : NaN
}

/** Cut a grid into bands of equal height, the lowest first. */
export function bandsOf(grid: readonly number[], size: number, count: number): Band[] {
  const low = Math.min(...grid)
  const high = Math.max(...grid)
  if (!(high > low)) return []
  const thresholds = Array.from({ length: count }, (_, i) => low + ((high - low) * i) / count)
  const cut = contours().size([size, size]).thresholds(thresholds)
  return cut([...grid]).map((one) => ({
    from: one.value,
    rings: one.coordinates.map((polygon) =>
      polygon.map((ring) => ring.map(([x, y]) => [(x ?? 0) / size, (y ?? 0) / size] as const)),
    ),
  }))
}

/** A straight line through points. */
export interface Line {
  slope: number
  offset: number
  /** Share of the variance that it explains. */
  r2: number
}

/** Fit a line by least squares; null where there is none. */
export function lineThrough(x: readonly number[], y: readonly number[]): Line | null {
  const meanX = mean(x)
  const meanY = mean(y)
  const xx = x.reduce((sum, one) => sum + (one - meanX) ** 2, 0)
  const yy = y.reduce((sum, one) => sum + (one - meanY) ** 2, 0)
  const xy = x.reduce((sum, one, i) => sum + (one - meanX) * ((y[i] ?? 0) - meanY), 0)
  if (x.length < 2 || xx === 0) return null
  const slope = xy / xx
  return { slope, offset: meanY - slope * meanX, r2: yy > 0 ? xy ** 2 / (xx * yy) : 1 }
}
