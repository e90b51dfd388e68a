/** Lines on a canvas. */

import type { Dash } from './palette'
import type { Line } from './line'
import { thinned } from './pixels'
import { toPixels, type Scale } from './scales'

/** What is drawn on, and the part of the axes that it shows. */
export interface Surface {
  context: CanvasRenderingContext2D
  /** In the canvas' own pixels. */
  width: number
  height: number
  /** How many of these are a pixel of the page. */
  ratio: number
  x: Scale
  y: Scale
}

/** How a line is drawn. */
export interface Stroke {
  colour: string
  dash: Dash
  width: number
  opacity: number
}

const MARK = 4
const DOT = 1.75
const FAR = 30_000

/** Draw the values as a line, with gaps where one is no number, and marks where one is infinite. */
export function drawLine(
  surface: Surface,
  x: Float64Array,
  values: Float64Array,
  stroke: Stroke,
): void {
  const { context, ratio } = surface
  const column = toPixels(x, surface.x, surface.width)
  const row = toPixels(values, surface.y, surface.height, true)
  const path = thinned({ x: column, y: row })
  begin(surface, stroke)
  context.beginPath()
  const alone = tracePath(context, path.x, path.y)
  context.stroke()
  for (const i of alone) dot(context, path.x[i] ?? 0, path.y[i] ?? 0, DOT * ratio * stroke.width)
  drawInfinities(surface, column, values)
}

/** Mark each value with a dot. */
export function drawDots(
  surface: Surface,
  x: Float64Array,
  values: Float64Array,
  stroke: Stroke,
): void {
  const column = toPixels(x, surface.x, surface.width)
  const row = toPixels(values, surface.y, surface.height, true)
  begin(surface, stroke)
  for (let i = 0; i < column.length; i++) {
    const [at, up] = [column[i] ?? NaN, row[i] ?? NaN]
    if (at >= 0 && at <= surface.width && Number.isFinite(up)) {
      dot(surface.context, at, near(up), DOT * surface.ratio * stroke.width)
    }
  }
}

/** Fill what lies between the lowest and the highest value. */
export function drawBand(surface: Surface, line: Line, stroke: Stroke): void {
  const { context } = surface
  const x = toPixels(line.x, surface.x, surface.width)
  const low = toPixels(line.low, surface.y, surface.height, true)
  const high = toPixels(line.high, surface.y, surface.height, true)
  begin(surface, stroke)
  let start = 0
  while (start < x.length) {
    let stop = start
    while (stop < x.length && Number.isFinite(low[stop]) && Number.isFinite(high[stop])) stop++
    if (stop - start > 1) fillBetween(context, x, low, high, start, stop)
    start = stop + 1
  }
}

function begin({ context, ratio }: Surface, stroke: Stroke): void {
  context.globalAlpha = stroke.opacity
  context.strokeStyle = stroke.colour
  context.fillStyle = stroke.colour
  context.lineWidth = stroke.width * ratio
  context.lineJoin = 'bevel' // a mitre of a steep line would stand out far above its value
  context.setLineDash(stroke.dash.map((length) => length * ratio))
}

/** Trace a path; give the places of points that have no neighbour. */
function tracePath(context: CanvasRenderingContext2D, x: Float64Array, y: Float64Array): number[] {
  const alone: number[] = []
  let drawn = 0
  for (let i = 0; i < x.length; i++) {
    const row = y[i] ?? NaN
    if (Number.isFinite(row)) {
      if (drawn === 0) context.moveTo(x[i] ?? 0, near(row))
      else context.lineTo(x[i] ?? 0, near(row))
      drawn++
    } else {
      if (drawn === 1) alone.push(i - 1)
      drawn = 0
    }
  }
  if (drawn === 1) alone.push(x.length - 1)
  return alone
}

function fillBetween(
  context: CanvasRenderingContext2D,
  x: Float64Array,
  low: Float64Array,
  high: Float64Array,
  start: number,
  stop: number,
): void {
  context.beginPath()
  for (let i = start; i < stop; i++) context.lineTo(x[i] ?? 0, near(high[i] ?? 0))
  for (let i = stop - 1; i >= start; i--) context.lineTo(x[i] ?? 0, near(low[i] ?? 0))
  context.fill()
}

/** Canvases draw nothing right very far outside of them. */
function near(row: number): number {
  return Math.max(-FAR, Math.min(FAR, row))
}

function drawInfinities(surface: Surface, column: Float64Array, values: Float64Array): void {
  const { context, height, ratio } = surface
  const size = MARK * ratio
  for (let i = 0; i < values.length; i++) {
    const value = values[i]
    if (value !== Infinity && value !== -Infinity) continue
    const x = column[i] ?? 0
    const tip = value > 0 ? 1 : height - 1
    const base = value > 0 ? tip + 2 * size : tip - 2 * size
    context.beginPath()
    context.moveTo(x, tip)
    context.lineTo(x - size, base)
    context.lineTo(x + size, base)
    context.fill()
  }
}

/** Draw a dot. */
export function dot(context: CanvasRenderingContext2D, x: number, y: number, radius: number): void {
  context.beginPath()
  context.arc(x, y, radius, 0, 2 * Math.PI)
  context.fill()
}
