/** Differences of versions: numbers with their sign, digests short. Pure. */

import type { Schemas } from '../../api/client'
import { number } from '../../format/numbers'

/** Give a difference with its sign, such as `+0.1`; a dash where there is none to tell. */
export function signed(value: number | null | undefined): string {
  if (value === null || value === undefined || Number.isNaN(value)) return '–'
  if (value === 0) return '='
  return value > 0 ? `+${number(value)}` : number(value)
}

/** Whether a metric got better, where it is the one that counts; null where nothing says. */
export function isBetter(
  { name, difference }: Schemas['MetricDifference'],
  counts: Pick<Schemas['KeyMetricTrend'], 'name' | 'way'> | null,
): boolean | null {
  if (!difference || counts?.name !== name || !counts.way) return null
  return difference > 0 === (counts.way === 'max')
}

/** Give a text with its commits and digests as short as people read them. */
export function shortened(text: string): string {
  return text.replace(/\b(?:sha256:)?([0-9a-f]{10})[0-9a-f]{30,}\b/g, '$1')
}
