/** Series that are asked for before their charts are there: the hub works while the page is made. */

import type { ChartOptions } from '../charts/options'
import type { SeriesReader } from '../charts/reader'
import { readingOf, seriesOf } from '../charts/readings'
import type { Trace } from '../charts/trace'

/** What a chart will draw, and the pixels that it will have for it, more or less. */
export interface Coming {
  traces: readonly Trace[]
  options: ChartOptions
  widthPx: number
}

/** Of a panel's width, what is not the picture's. */
export const BESIDE_PICTURE_PX = 84

/** Read the whole of what charts will draw; those that begin with a part ask for it themselves. */
export function warm(reader: SeriesReader, charts: readonly Coming[], signal: AbortSignal): void {
  for (const { traces, options, widthPx } of charts) {
    if (options.xRange) continue
    const reading = readingOf(traces, options, null, true, widthPx)
    reader.warm(seriesOf(traces, options), reading, signal)
  }
}
