/** What a chart asks its reader for, by its traces, options and view. */

import type { Block } from './block'
import { lineOf, NO_LINE, overMetric, type Line } from './line'
import type { ChartOptions } from './options'
import { MARGIN } from './painter'
import { allOf, bucketsEach, partsOf } from './parts'
import type { Reading, SeriesReader } from './reader'
import { scaleOf, type Scale } from './scales'
import type { Axis, SeriesName } from './source'
import type { Trace } from './trace'

/** What is drawn beside the view, in its widths; smoothed lines need more of what comes before. */
const BESIDE = MARGIN
const BEFORE_SMOOTHED = 1.25
/** What is read beside it when there is time, so that it is there when the view moves. */
const AHEAD = 0.85
/** Over another metric all steps are read: how many buckets a line may have then. */
const ACROSS_BUCKETS = 2000

/** Give the axis that series are read over: by step where another metric is to the right. */
export function axisOf(options: ChartOptions): Axis {
  return typeof options.x === 'string' ? options.x : 'step'
}

/** Give the series of a chart: of its traces, and of the metric to the right. */
export function seriesOf(traces: readonly Trace[], options: ChartOptions): SeriesName[] {
  const series = traces.map(({ run, metric }) => ({ run, metric }))
  if (typeof options.x === 'string') return series
  const { metric } = options.x
  const runs = new Set(traces.map((trace) => trace.run))
  return [...series, ...[...runs].map((run) => ({ run, metric }))]
}

/** Give what is to be read for a view; all, where the range is not known yet or not chosen. */
export function readingOf(
  traces: readonly Trace[],
  options: ChartOptions,
  view: Scale | null,
  isWhole: boolean,
  widthPx: number,
  isAhead = false,
): Reading {
  const axis = axisOf(options)
  if (typeof options.x === 'object') {
    const width = Math.min(ACROSS_BUCKETS, bucketsEach(ACROSS_BUCKETS, traces.length))
    return { axis, parts: allOf(), width }
  }
  const width = bucketsEach(widthPx, traces.length)
  const fine = { width, points: Math.min(MOST_POINTS, width * POINTS_EACH) }
  if (!view) return { axis, parts: allOf(), ...fine }
  const isSmoothed = options.smoothing.kind !== 'none'
  const beside = isAhead ? AHEAD : BESIDE
  const parts = partsOf(view, width, isSmoothed ? BEFORE_SMOOTHED : beside, beside)
  const [only] = parts
  if (isWhole && only && !view.isLog) return { axis, parts: [{ ...only, ...EVERYWHERE }], ...fine }
  return { axis, parts, ...fine }
}

/** So many points are no more to send than their buckets would be, and are there when one zooms. */
const POINTS_EACH = 4
const MOST_POINTS = 4096

const EVERYWHERE = { start: -Infinity, end: Infinity }

/** Give the line of each trace, of the blocks of `seriesOf`. */
export function linesOf(
  traces: readonly Trace[],
  options: ChartOptions,
  blocks: readonly Block[][],
): Line[] {
  const lines = blocks.map((some) => lineOf(some, options.bucketValue))
  if (typeof options.x === 'string') return lines
  const runs = [...new Set(traces.map((trace) => trace.run))]
  const across = new Map(runs.map((run, i) => [run, lines[traces.length + i] ?? NO_LINE]))
  return traces.map((trace, i) => overMetric(lines[i] ?? NO_LINE, across.get(trace.run) ?? NO_LINE))
}

/** Give the whole scale of the axis to the right; null where nothing is known of it. */
export function wholeScale(
  reader: SeriesReader,
  traces: readonly Trace[],
  options: ChartOptions,
  lines: readonly Line[],
): Scale | null {
  if (typeof options.x === 'string') {
    const extent = reader.extent(traces, options.x)
    if (!extent) return null
    const first =
      options.isLogX && extent.start <= 0 ? leastAbove0(lines, extent.end) : extent.start
    return scaleOf(first, extent.end, options.isLogX)
  }
  let min = Infinity
  let max = -Infinity
  for (const line of lines) {
    for (const x of line.x) {
      if (options.isLogX && x <= 0) continue
      if (x < min) min = x
      if (x > max) max = x
    }
  }
  return min <= max ? scaleOf(min, max, options.isLogX) : null
}

/** A logarithm begins at the first place above 0: of steps, at 1. */
function leastAbove0(lines: readonly Line[], end: number): number {
  let least = Infinity
  for (const line of lines) {
    for (const x of line.x) if (x > 0 && x < least) least = x
  }
  return end > 1 ? Math.min(1, least) : least
}
