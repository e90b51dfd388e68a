/** As many points as a picture can show: of those in one column of pixels, four. */

/** Places in pixels. */
export interface Pixels {
  x: Float64Array
  y: Float64Array
}

/** Fewer points for a column than these are drawn as they are. */
const MOST_EACH = 4

/**
 * Give the first, lowest, highest and last point of each column of pixels: the picture of a line
 * through them is that of the line through all.
 *
 * Source: Jugel et al., «M4: A Visualization-Oriented Time Series Data Aggregation», 2014.
 */
export function thinned({ x, y }: Pixels): Pixels {
  const first = x[0] ?? 0
  const last = x[x.length - 1] ?? 0
  if (x.length <= (Math.abs(last - first) + 1) * MOST_EACH) return { x, y }
  const kept: number[] = []
  let start = 0
  while (start < x.length) {
    const column = Math.floor(x[start] ?? 0)
    let stop = start + 1
    while (stop < x.length && Math.floor(x[stop] ?? 0) === column) stop++
    kept.push(...telling(y, start, stop))
    start = stop
  }
  return {
    x: Float64Array.from(kept, (i) => x[i] ?? NaN),
    y: Float64Array.from(kept, (i) => y[i] ?? NaN),
  }
}

function telling(y: Float64Array, start: number, stop: number): number[] {
  if (stop - start <= MOST_EACH) return Array.from({ length: stop - start }, (_, i) => start + i)
  let lowest = start
  let highest = start
  let gap = -1
  for (let i = start; i < stop; i++) {
    const value = y[i] ?? NaN
    if (Number.isNaN(value)) gap = i
    else if (!(value >= (y[lowest] ?? NaN))) lowest = i
    if (value > (y[highest] ?? NaN) || Number.isNaN(y[highest])) highest = i
  }
  const chosen = new Set([start, lowest, highest, stop - 1])
  if (gap >= 0) chosen.add(gap)
  return [...chosen].sort((a, b) => a - b)
}
