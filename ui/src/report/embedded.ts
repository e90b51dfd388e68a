/** The series that a built page has in itself, as a source for its charts. */

import type { Schemas } from '../api/client'
import type { Block } from '../charts/block'
import type { Axis, SeriesQuery, SeriesSource } from '../charts/source'
import { traceKey } from '../charts/trace'

/** One series, in the shape of `GET /series`. */
export type Embedded = Schemas['Series']

/** Gives each series whole: a page can zoom in as far as it has points. */
export class EmbeddedSource implements SeriesSource {
  readonly #series = new Map<string, Embedded>()
  readonly #starts: Readonly<Record<string, number>>

  /** Take the series, and when each run began, in seconds since the epoch. */
  constructor(series: readonly Embedded[], starts: Readonly<Record<string, number>>) {
    for (const one of series) {
      this.#series.set(traceKey({ run: one.run, metric: one.name }), one)
    }
    this.#starts = starts
  }

  read(query: SeriesQuery, _signal: AbortSignal): Promise<Block[]> {
    const found = query.series.flatMap((name) => {
      const series = this.#series.get(traceKey(name))
      const block = series && blockOf(series, query.axis, this.#starts[name.run] ?? 0)
      return block ? [{ ...block, level: Math.max(block.level, query.level ?? block.level) }] : []
    })
    return Promise.resolve(found)
  }
}

/** Give a series as one block, on an axis. */
export function blockOf(series: Embedded, axis: Axis, start: number): Block | null {
  const columns = series.points ? ofPoints(series, axis, start) : ofBuckets(series, axis, start)
  const last = columns?.x.at(-1)
  const first = columns?.firstX[0]
  if (!columns || first === undefined || last === undefined) return null
  const span = (last - first) / Math.max(1, columns.x.length)
  return {
    ...columns,
    run: series.run,
    metric: series.name,
    kind: series.points ? 'points' : 'buckets',
    level: span > 0 ? Math.ceil(Math.log2(span)) : 0,
    asked: -Infinity,
    count: series.count,
    start: -Infinity,
    end: Infinity,
    first,
    last,
    total: series.count,
  }
}

type Columns = Pick<
  Block,
  'x' | 'firstX' | 'middle' | 'low' | 'high' | 'mean' | 'lastValue' | 'counts'
>

function ofPoints(series: Embedded, axis: Axis, start: number): Columns | null {
  const points = series.points
  if (!points) return null
  const x = placed(axis === 'step' ? points.steps : points.times, axis, start)
  const low = numbers(points.values)
  const [places, values] = sorted(x, low)
  return {
    ...{ x: places, firstX: places, middle: places },
    ...{ low: values, high: values, mean: values, lastValue: values, counts: null },
  }
}

function ofBuckets(series: Embedded, axis: Axis, start: number): Columns | null {
  const buckets = series.buckets
  if (!buckets) return null
  const isStep = axis === 'step'
  const x = placed(isStep ? buckets.last_steps : buckets.last_times, axis, start)
  const firstX = placed(isStep ? buckets.first_steps : buckets.first_times, axis, start)
  return {
    x,
    firstX,
    middle: firstX.map((first, i) => (first + (x[i] ?? first)) / 2),
    low: numbers(buckets.lows),
    high: numbers(buckets.highs),
    mean: numbers(buckets.means),
    lastValue: numbers(buckets.lasts),
    counts: Float64Array.from(buckets.counts),
  }
}

function placed(places: readonly (number | null)[], axis: Axis, start: number): Float64Array {
  const from = axis === 'relative' ? start : 0
  return Float64Array.from(places, (place) => (place ?? NaN) - from)
}

/** Give numbers of JSON: null is NaN, infinities are texts. */
function numbers(values: readonly (number | string | null)[]): Float64Array {
  return Float64Array.from(values, (value) => (value === null ? NaN : Number(value)))
}

/** Give points in the axis' order: by steps they may go back in time, and the other way round. */
function sorted(x: Float64Array, values: Float64Array): [Float64Array, Float64Array] {
  if (x.every((place, i) => i === 0 || place >= (x[i - 1] ?? place))) return [x, values]
  const order = Array.from(x.keys()).sort((a, b) => (x[a] ?? 0) - (x[b] ?? 0))
  return [
    Float64Array.from(order, (i) => x[i] ?? 0),
    Float64Array.from(order, (i) => values[i] ?? NaN),
  ]
}
