/** The axes and the grid around a picture, drawn by uPlot. */

import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { number } from '../format/numbers'
import { duration } from '../format/times'
import type { XKind } from './options'
import type { Scale } from './scales'

/** How the axes look. */
export interface FrameLook {
  text: string
  grid: string
  font: string
}

const LEFT_PX = 56
const MOST_DECADES = 7
const BOTTOM_PX = 26
/** Times have their day below. */
const BOTTOM_OF_TIMES_PX = 42
const RIGHT_PX = 10
const TOP_PX = 6

/** The axes of one chart. */
export class Frame {
  readonly #plot: uPlot
  /** The ends of both axes as they are drawn: uPlot draws all again, whether they differ or not. */
  #shown = ''

  constructor(
    root: HTMLElement,
    size: { width: number; height: number },
    x: Scale,
    y: Scale,
    kind: XKind,
    look: FrameLook,
  ) {
    const axis = axisOf(look)
    this.#plot = new uPlot(
      {
        ...size,
        legend: { show: false },
        cursor: { show: false },
        padding: [TOP_PX, RIGHT_PX, 0, 0],
        scales: {
          x: { time: kind === 'time', distr: x.isLog ? 3 : 1, auto: false, min: x.min, max: x.max },
          y: { distr: y.isLog ? 3 : 1, auto: false, min: y.min, max: y.max },
        },
        axes: [
          { ...axis, ...belowOf(kind), ...splitsOf(x) },
          { ...axis, size: LEFT_PX, values: valuesOf('number'), ...splitsOf(y) },
        ],
        series: [{}, { show: true, paths: () => null, points: { show: false } }],
      },
      [
        [x.min, x.max],
        [null, null],
      ],
      root,
    )
    this.show(x, y)
  }

  /** Where pictures and cursors go: the area between the axes. */
  get area(): HTMLElement {
    return this.#plot.over
  }

  /** Show other parts of the axes. */
  show(x: Scale, y: Scale): void {
    const ends = [x.min, x.max, y.min, y.max].join()
    if (ends === this.#shown) return
    this.#shown = ends
    this.#plot.batch(() => {
      this.#plot.setScale('x', { min: x.min, max: x.max })
      this.#plot.setScale('y', { min: y.min, max: y.max })
    })
  }

  /** Give the size of the area between the axes, in pixels of the page. */
  get size(): { width: number; height: number } {
    const { width, height } = this.#plot.bbox
    return { width: width / uPlot.pxRatio, height: height / uPlot.pxRatio }
  }

  resize(width: number, height: number): void {
    const { width: before, height: high } = this.#plot
    if (width !== before || height !== high) this.#plot.setSize({ width, height })
  }

  /** The canvas of axes and grid, for pictures of the whole. */
  get canvas(): HTMLCanvasElement {
    return this.#plot.ctx.canvas
  }

  close(): void {
    this.#plot.destroy()
  }
}

function axisOf(look: FrameLook): uPlot.Axis {
  return {
    stroke: look.text,
    font: look.font,
    grid: { stroke: look.grid, width: 1 },
    ticks: { stroke: look.grid, width: 1, size: 4 },
    gap: 4,
  }
}

function belowOf(kind: XKind): uPlot.Axis {
  if (kind === 'time') return { size: BOTTOM_OF_TIMES_PX }
  return { size: BOTTOM_PX, values: valuesOf(kind) }
}

/** uPlot has a line for each tenth of each decade, and one where the scale begins. */
function splitsOf(scale: Scale): uPlot.Axis {
  if (!scale.isLog) return {}
  return { splits: (_, __, min, max) => decades(min, max), filter: (_, splits) => splits }
}

/** Give the powers of ten of a range; of a short one also their doubles and halves. */
export function decades(min: number, max: number): number[] {
  const [first, last] = [Math.floor(Math.log10(min)), Math.ceil(Math.log10(max))]
  const every = Math.max(1, Math.ceil((last - first) / MOST_DECADES))
  const parts = last - first <= 2 ? [1, 2, 5] : [1]
  const found: number[] = []
  for (let power = first; power <= last; power += every) {
    for (const part of parts) found.push(Number(`${part}e${power}`))
  }
  return found.filter((value) => value >= min && value <= max)
}

function valuesOf(kind: XKind): uPlot.Axis.DynamicValues {
  const told = kind === 'duration' ? duration : (value: number) => axisNumber(value)
  return (_, splits) => splits.map((value) => (value === null ? '' : told(value)))
}

/** Give a number as short as an axis has room for: 20k, 1.5M. */
export function axisNumber(value: number): string {
  const size = Math.abs(value)
  if (size >= 1e9 || (size > 0 && size < 1e-3)) return number(value, 3)
  if (size >= 1e6) return `${number(value / 1e6, 6)}M`
  if (size >= 1e4) return `${number(value / 1e3, 6)}k`
  return number(value, 6)
}
