/** Single values of runs as bars: in order, and how long each is. Pure. */

import type { MetricValues } from './known.svelte'
import type { PanelRun } from './panel-run'

/** One bar. */
export interface Bar {
  run: PanelRun
  value: number
  /** Where it begins and how long it is, in shares of the width. */
  from: number
  length: number
}

/** Give the bars of a metric: the best first, by default the largest; runs without it have none. */
export function barsOf(
  runs: readonly PanelRun[],
  values: MetricValues,
  way: 'max' | 'min' | null,
): Bar[] {
  const known = runs.flatMap((run, place) => {
    const value = asNumber(values.last[place])
    return value === null ? [] : [{ run, value }]
  })
  known.sort((a, b) => (way === 'min' ? a.value - b.value : b.value - a.value))
  const finite = known.map((one) => one.value).filter(Number.isFinite)
  const low = Math.min(0, ...finite)
  const high = Math.max(0, ...finite)
  const share = (value: number) =>
    high > low ? (Math.min(high, Math.max(low, value)) - low) / (high - low) : 0
  return known.map(({ run, value }) => ({
    run,
    value,
    from: Math.min(share(0), share(value)),
    length: Math.abs(share(value) - share(0)),
  }))
}

/** Give a value of the API as a number; null where there is none. */
export function asNumber(value: unknown): number | null {
  if (value === 'Infinity') return Infinity
  if (value === '-Infinity') return -Infinity
  return typeof value === 'number' ? value : null
}
