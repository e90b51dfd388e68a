/** Points of a chart in words. */

import { number } from '../format/numbers'
import { duration, fullTime } from '../format/times'
import type { Drawn } from './composing'
import type { XAxis, XKind } from './options'
import type { Pointed } from './pointing'

/** What is told of a point. */
export interface Told {
  label: string
  colour: string
  place: string
  value: string
  /** More about the value: its raw one, or between which ones it lies. */
  around: string
}

/** Give the name of the axis to the right. */
export function axisName(x: XAxis): string {
  if (typeof x === 'object') return x.metric
  return { step: 'step', time: 'time', relative: 'after' }[x]
}

/** Give a place of the axis in words. */
export function placeText(place: number, kind: XKind): string {
  if (kind === 'time') return fullTime(place)
  return kind === 'duration' ? duration(place) : number(place, 6)
}

/** Give what is told of a point. */
export function toldOf({ drawn, row, place, kind }: Pointed, x: XAxis): Told {
  const { line } = drawn
  return {
    label: drawn.label,
    colour: drawn.colour,
    place: `${axisName(x)} ${between(line.from?.[row] ?? place, line.to?.[row] ?? place, kind)}`,
    value: number(line.y[row], 6),
    around: aroundText(drawn, row),
  }
}

function between(from: number, to: number, kind: XKind): string {
  const first = placeText(from, kind)
  const last = placeText(to, kind)
  return first === last ? first : `${first} to ${last}`
}

function aroundText({ line, members }: Drawn, row: number): string {
  const low = line.low[row] ?? NaN
  const high = line.high[row] ?? NaN
  const between = `${number(low, 5)} to ${number(high, 5)}`
  if (members > 0) return `mean of ${members}, ${between}`
  const count = line.counts?.[row] ?? 1
  const raw = line.raw ? `raw ${number(line.raw[row], 6)}` : ''
  if (count <= 1) return raw
  return [raw, `${number(count)} points, ${between}`].filter(Boolean).join(', ')
}

/** Give the last value of what is drawn, in words. */
export function lastText({ line }: Drawn): { place: number; value: string } | null {
  for (let row = line.x.length - 1; row >= 0; row--) {
    const value = line.y[row] ?? NaN
    if (!Number.isNaN(value)) return { place: line.x[row] ?? NaN, value: number(value, 6) }
  }
  return null
}
