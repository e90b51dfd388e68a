/** Axes side by side: where runs stand on each, and which of them ranges choose. Pure. */

import { numberOf, placeOn, type Field, type Point } from '../points/fields'

/** An axis. */
export interface Axis {
  field: Field
  low: number
  high: number
  isLog: boolean
  /** Marks along it, the lowest first. */
  marks: readonly { value: number; word: string | null }[]
}

/** A part of an axis; runs outside it are left out. */
export interface Range {
  key: string
  low: number
  high: number
}

/** Give an axis over the values of all runs. */
export function axisOf(field: Field, points: readonly Point[], isLog: boolean): Axis {
  const places = points.map((point) => placeOn(field, point)).filter((one) => one !== null)
  const low = places.length ? places.reduce((a, b) => Math.min(a, b)) : 0
  const high = places.length ? places.reduce((a, b) => Math.max(a, b)) : 1
  const base = { field, low, high, isLog: isLog && low > 0 }
  const marks =
    field.kind === 'category'
      ? field.categories.map((word, value) => ({ value, word }))
      : [0, 0.25, 0.5, 0.75, 1].map((share) => ({ value: valueAt(base, share), word: null }))
  return { ...base, marks: low === high ? marks.slice(0, 1) : marks }
}

/** Give where a value stands, from 0 at the bottom to 1. */
export function shareOf(
  { low, high, isLog }: Pick<Axis, 'low' | 'high' | 'isLog'>,
  value: number,
): number {
  if (low === high) return 0.5
  if (isLog) return Math.log(value / low) / Math.log(high / low)
  return (value - low) / (high - low)
}

/** Give the value at a share of an axis. */
export function valueAt(
  { low, high, isLog }: Pick<Axis, 'low' | 'high' | 'isLog'>,
  share: number,
): number {
  return isLog ? low * (high / low) ** share : low + (high - low) * share
}

/** Read the ranges of an address, such as `params.lr~0.01~0.1`. */
export function rangesOf(texts: readonly string[]): Range[] {
  return texts.flatMap((text) => {
    const parts = text.split('~')
    const [low, high] = parts.slice(-2).map((part) => numberOf(part))
    const key = parts.slice(0, -2).join('~')
    if (!key || low === null || high === null || low === undefined || high === undefined) return []
    return [{ key, low: Math.min(low, high), high: Math.max(low, high) }]
  })
}

/** Write a range for the address. */
export function rangeText({ key, low, high }: Range): string {
  return [key, short(low), short(high)].join('~')
}

/** Six digits are enough for a range, and let a link be read. */
function short(value: number): number {
  return Number(value.toPrecision(6))
}

/** Give the runs that are in every range. */
export function within(
  points: readonly Point[],
  axes: readonly Axis[],
  ranges: readonly Range[],
): Point[] {
  const asked = ranges.flatMap((range) => {
    const axis = axes.find((one) => one.field.key === range.key)
    return axis ? [{ axis, range }] : []
  })
  return points.filter((point) =>
    asked.every(({ axis, range }) => {
      const at = placeOn(axis.field, point)
      return at !== null && at >= range.low && at <= range.high
    }),
  )
}

/** Give the filter of the table that chooses some runs. */
export function filterOf(points: readonly Point[]): string {
  return `id in (${points.map((point) => `'${point.id}'`).join(', ')})`
}
