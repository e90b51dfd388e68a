/** Which colour a run or a group has among those that are drawn. Pure. */

import { COLOURS, colourOf } from '../charts/palette'

/**
 * Give a colour to each of some runs. A run's number says which it would like; where another has
 * it the next free one is taken, so that eight runs have eight colours. The same runs have the
 * same colours wherever they are shown.
 */
export function coloursOf(runs: Iterable<number>): Map<number, string> {
  const found = new Map<number, string>()
  let taken = new Set<number>()
  for (const run of [...runs].sort((a, b) => a - b)) {
    if (taken.size === COLOURS.length) taken = new Set()
    let place = run % COLOURS.length
    while (taken.has(place)) place = (place + 1) % COLOURS.length
    taken.add(place)
    found.set(run, colourOf(place))
  }
  return found
}
