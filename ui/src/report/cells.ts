/** What a table's cells say, and which of them are numbers. */

import { number } from '../format/numbers'
import { duration, fullTime } from '../format/times'

const NUMERIC = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i

/** Give a cell for reading, by its column's kind. */
export function cellText(kind: string, value: unknown): string {
  if (value === null || value === undefined) return ''
  if (kind === 'spread' && Array.isArray(value)) return spreadText(value)
  if (kind === 'duration') return duration(Number(value))
  if (kind === 'time') return fullTime(Number(value))
  if (typeof value === 'number') return number(value)
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** Whether all cells of a column are numbers, which then stand at its right. */
export function isNumeric(kind: string, values: readonly unknown[]): boolean {
  if (['number', 'duration', 'count', 'spread'].includes(kind)) return true
  if (kind !== 'text') return false
  const given = values.filter((value) => value !== null && value !== '')
  return given.length > 0 && given.every((value) => NUMERIC.test(String(value)))
}

/** Give a difference with its sign. */
export function differenceText(value: number, other: number): string {
  const difference = value - other
  if (difference === 0) return '±0'
  return `${difference > 0 ? '+' : ''}${number(difference, 3)}`
}

function spreadText([mean, deviation]: unknown[]): string {
  if (typeof mean !== 'number') return ''
  return typeof deviation === 'number' ? `${number(mean)} ± ${number(deviation, 2)}` : number(mean)
}
