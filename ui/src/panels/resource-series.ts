/** What runs used of their machines, as series that charts draw beside metrics. Pure. */

import type { Block } from '../charts/block'
import type { SeriesQuery, SeriesSource } from '../charts/source'
import { traceKey } from '../charts/trace'
import { usageOf, type Columns } from '../pages/run/resources/usage'

/** The samples of one run, and when it began in seconds since the epoch. */
export interface Sampled {
  run: string
  start: number
  columns: Columns
}

const NO_LIMITS = { cpus: null, memoryBytes: null, hostCpus: null, hostMemoryBytes: null }
/** So many points are drawn of each: means of more. */
const MOST_POINTS = 2000

/** Gives what was measured from outside of runs. */
export class ResourceSeries implements SeriesSource {
  readonly #series = new Map<string, { times: number[]; values: number[]; start: number }>()
  /** What was measured of any of the runs, in order. */
  readonly names: string[]

  constructor(all: readonly Sampled[]) {
    const names = new Set<string>()
    for (const { run, start, columns } of all) {
      for (const { title, unit, lines } of usageOf(columns, NO_LIMITS)) {
        const ending = { bytes: ' (bytes)', rate: ' (bytes a second)', percent: ' (%)' }
        for (const line of lines) {
          const label = lines.length > 1 ? `${title} ${line.label}` : title
          const metric = label + ((ending as Record<string, string>)[unit] ?? '')
          names.add(metric)
          this.#series.set(traceKey({ run, metric }), { ...thinned(line), start })
        }
      }
    }
    this.names = [...names]
  }

  read(query: SeriesQuery): Promise<Block[]> {
    return Promise.resolve(
      query.series.flatMap(({ run, metric }) => {
        const series = this.#series.get(traceKey({ run, metric }))
        if (!series?.times.length) return []
        const origin = query.axis === 'time' ? 0 : series.start
        const x = Float64Array.from(series.times, (time) => time - origin)
        return [blockOf(run, metric, x, Float64Array.from(series.values))]
      }),
    )
  }
}

function blockOf(run: string, metric: string, x: Float64Array, y: Float64Array): Block {
  const all = { low: y, high: y, mean: y, lastValue: y, counts: null }
  const whole = { start: -Infinity, end: Infinity, count: x.length, total: x.length }
  const places = { x, firstX: x, middle: x, first: x[0] ?? 0, last: x.at(-1) ?? 0 }
  return { run, metric, kind: 'points', level: 0, asked: 0, ...whole, ...places, ...all }
}

/** Give the points of a line that has values, means of neighbours where there are too many. */
function thinned(line: { times: number[]; values: (number | null)[] }) {
  const known = line.times.flatMap((time, i) => {
    const value = line.values[i]
    return value === null || value === undefined ? [] : [{ time, value }]
  })
  const each = Math.max(1, Math.ceil(known.length / MOST_POINTS))
  const times: number[] = []
  const values: number[] = []
  for (let i = 0; i < known.length; i += each) {
    const some = known.slice(i, i + each)
    times.push(some.at(-1)?.time ?? NaN)
    values.push(some.reduce((sum, one) => sum + one.value, 0) / some.length)
  }
  return { times, values }
}
