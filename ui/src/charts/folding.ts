/** Points as buckets, made here of what was read one by one: the same as the hub makes. */

import type { Block } from './block'

/** Give the buckets of points, each 2^level wide; the points where no two are in one. */
export function folded(block: Block, level: number): Block {
  const { x, mean: values } = block
  const width = 2 ** level
  const starts = startsOf(x, width)
  const size = starts.length - 1
  if (size === x.length) return block
  const column = () => new Float64Array(size)
  const [counts, firstX, lastX, middle] = [column(), column(), column(), column()]
  const [low, high, mean, lastValue] = [column(), column(), column(), column()]
  for (let i = 0; i < size; i++) {
    const start = starts[i] ?? 0
    const stop = starts[i + 1] ?? 0
    let [known, sum, least, most] = [0, 0, Infinity, -Infinity]
    for (let at = start; at < stop; at++) {
      const value = values[at] ?? NaN
      if (Number.isNaN(value)) continue
      known++
      sum += value
      if (value < least) least = value
      if (value > most) most = value
    }
    counts[i] = stop - start
    firstX[i] = x[start] ?? NaN
    lastX[i] = x[stop - 1] ?? NaN
    middle[i] = ((x[start] ?? NaN) + (x[stop - 1] ?? NaN)) / 2
    low[i] = known ? least : NaN
    high[i] = known ? most : NaN
    mean[i] = known ? sum / known : NaN
    lastValue[i] = values[stop - 1] ?? NaN
  }
  const columns = { x: lastX, firstX, middle, low, high, mean, lastValue, counts }
  return { ...block, kind: 'buckets', level, ...columns }
}

/** Give where each bucket begins, and the end. */
function startsOf(x: Float64Array, width: number): number[] {
  const starts: number[] = []
  let place = NaN
  for (let i = 0; i < x.length; i++) {
    const own = Math.floor((x[i] ?? NaN) / width)
    if (own !== place) starts.push(i)
    place = own
  }
  starts.push(x.length)
  return starts
}
