/** Which trace and which of its points is next to a place of the picture. */

import { toPixels, toShare, type Scale } from './scales'
import type { Line } from './line'
import { firstAtLeast } from './block'

/** A point of one line. */
export interface Nearest {
  /** The line's place among all. */
  line: number
  /** The point's place in the line. */
  row: number
}

/** A place of the picture, in pixels. */
export interface Place {
  x: number
  y: number
  width: number
  height: number
}

/** Give the point next to a place; null where no line has a value anywhere near. */
export function nearestPoint(
  lines: readonly Line[],
  place: Place,
  x: Scale,
  y: Scale,
  mostPx = Infinity,
): Nearest | null {
  let best: Nearest | null = null
  let least = mostPx ** 2
  lines.forEach((line, number) => {
    for (const row of rowsNear(line, place, x)) {
      const across = toShare(x, line.x[row] ?? NaN) * place.width - place.x
      const up = (1 - toShare(y, line.y[row] ?? NaN)) * place.height - place.y
      // Where a line is straight above or below counts more than how far its next point is.
      const distance = (across / 4) ** 2 + up ** 2
      if (distance < least) {
        least = distance
        best = { line: number, row }
      }
    }
  })
  return best
}

/** Give the place of a point in the picture. */
export function placeOf(line: Line, row: number, place: Place, x: Scale, y: Scale): Place {
  const one = (column: Float64Array) => column.subarray(row, row + 1)
  return {
    ...place,
    x: toPixels(one(line.x), x, place.width)[0] ?? NaN,
    y: toPixels(one(line.y), y, place.height, true)[0] ?? NaN,
  }
}

function rowsNear(line: Line, place: Place, x: Scale): number[] {
  if (!isRising(line)) return Array.from(line.x.keys())
  const share = place.x / place.width
  const [min, max] = x.isLog ? [Math.log10(x.min), Math.log10(x.max)] : [x.min, x.max]
  const value = min + share * (max - min)
  const at = firstAtLeast(line.x, x.isLog ? 10 ** value : value)
  return [at - 1, at].filter((row) => row >= 0 && row < line.x.length)
}

const rising = new WeakMap<Float64Array, boolean>()

/** Lines over another metric go to and fro. */
function isRising(line: Line): boolean {
  const known = rising.get(line.x)
  if (known !== undefined) return known
  const found = line.x.every((place, i) => i === 0 || place >= (line.x[i - 1] ?? place))
  rising.set(line.x, found)
  return found
}
