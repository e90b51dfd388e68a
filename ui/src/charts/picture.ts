/** The picture of what is composed: bands, raw lines, lines; one after the other. */

import type { Drawn } from './composing'
import { drawBand, drawDots, drawLine, type Surface } from './drawing'
import type { ChartOptions } from './options'

/** Of more lines, bands would only cover each other. */
const MOST_BANDS = 40
/** Of more, lines are thin. */
const MOST_THICK = 24
/** Of more, raw lines behind smoothed ones would only be noise. */
const MOST_RAW = 60
/** Of a longer line, marks would only be a thicker one. */
const MOST_MARKS = 300

/** Draw all, with a rest after each line. */
export function* drawAll(
  surface: Surface,
  drawn: readonly Drawn[],
  options: ChartOptions,
): Generator<void> {
  const width = drawn.length > MOST_THICK ? 1 : 1.5
  const inFront = drawn.filter((one) => !one.isBehind)
  for (const one of inFront) {
    if (!hasBand(one, inFront.length, options)) continue
    drawBand(surface, one.line, { colour: one.colour, dash: [], width: 0, opacity: 0.16 })
    yield
  }
  for (const one of drawn) {
    const { line, colour, dash } = one
    if (line.raw && options.hasRaw && inFront.length <= MOST_RAW) {
      drawLine(surface, line.x, line.raw, { colour, dash: [], width: 1, opacity: 0.28 })
      yield
    }
    const opacity = one.isBehind ? 0.3 : 1
    drawLine(surface, line.x, line.y, { colour, dash, width: one.isBehind ? 1 : width, opacity })
    if (options.hasMarkers && !one.isBehind && line.x.length <= MOST_MARKS) {
      drawDots(surface, line.x, line.y, { colour, dash: [], width, opacity })
    }
    yield
  }
  surface.context.globalAlpha = 1
}

/** Whether a band is drawn around a line. */
export function hasBand(one: Drawn, lines: number, options: ChartOptions): boolean {
  if (lines > MOST_BANDS) return false
  if (one.members > 0) return options.groupBand !== 'none'
  return options.hasBand && one.line.counts !== null
}
