/** What stands in a cell. Pure. */

import { cell, number } from '../format/numbers'
import { duration, fullTime, timeAgo } from '../format/times'
import type { Drawn } from './columns'

/**
 * Give a cell's text.
 *
 * @param now gives seconds since the epoch; asked for times alone
 */
export function textOf(drawn: Drawn, value: unknown, now: () => number): string {
  if (value === null || value === undefined || value === '') return ''
  switch (drawn) {
    case 'number':
      return value === 'NaN' ? 'NaN' : typeof value === 'string' ? special(value) : number(value)
    case 'duration':
      return typeof value === 'number' ? duration(value) : ''
    case 'time':
      return typeof value === 'number' ? timeAgo(value, now()) : ''
    case 'claim':
      return value === true ? 'yes' : ''
    default:
      return firstLine(cell(value))
  }
}

/** Give what a cell says in full, for its tooltip. */
export function fullTextOf(drawn: Drawn, value: unknown): string | undefined {
  if (value === null || value === undefined || value === '') return undefined
  if (drawn === 'time' && typeof value === 'number') return fullTime(value)
  return typeof value === 'string' ? value.slice(0, 1000) : JSON.stringify(value)
}

/** Tell whether a column's cells stand at their right side. */
export function isRight(drawn: Drawn): boolean {
  return drawn === 'number' || drawn === 'duration'
}

function special(value: string): string {
  return value === 'Infinity' || value === '-Infinity' ? number(value) : value
}

function firstLine(text: string): string {
  const end = text.indexOf('\n')
  return end < 0 ? text : `${text.slice(0, end)} …`
}
