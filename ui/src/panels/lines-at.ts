/** What lines have at a place, those next to the one that is pointed at first. Pure. */

import type { Drawn } from '../charts/composing'
import { valueAt } from '../charts/grouping'

/** A line and its value at the place. */
export interface LineAt {
  drawn: Drawn
  value: number
}

/** Give the nearest lines by their values at a place, and how many more there are. */
export function linesAt(
  all: readonly Drawn[],
  place: number,
  value: number,
  most: number,
): { lines: LineAt[]; more: number } {
  const found = all.flatMap((drawn) => {
    if (drawn.isBehind) return []
    const here = valueAt(drawn.line, place)
    return Number.isFinite(here) ? [{ drawn, value: here }] : []
  })
  const near = found
    .sort((a, b) => Math.abs(a.value - value) - Math.abs(b.value - value))
    .slice(0, most)
  // As they lie in the picture, from above.
  return { lines: near.sort((a, b) => b.value - a.value), more: found.length - near.length }
}
