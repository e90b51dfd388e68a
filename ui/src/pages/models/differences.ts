/** Differences of numbers, with their sign. */

import { number } from '../../format/numbers'

/** Give a difference with its sign, such as `+0.1`; a dash where there is none to tell. */
export function signed(value: number | null | undefined): string {
  if (value === null || value === undefined || Number.isNaN(value)) return '–'
  if (value === 0) return '='
  return value > 0 ? `+${number(value)}` : number(value)
}
