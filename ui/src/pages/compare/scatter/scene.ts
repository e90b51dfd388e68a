/** What a scatter plot shows, and how ECharts draws it. Pure. */

import type { EChartsCoreOption } from 'echarts/core'
import { axisLook, type ChartLook } from '../../../charts/echart-look'
import { COLOURS } from '../../../charts/palette'
import { cell, number } from '../../../format/numbers'
import { seen } from '../points/colours'
import { placeOn, type Field, type Point } from '../points/fields'
import { bandsOf, gridOf, lineThrough, type Band, type Line } from '../statistics/surface'

/** What is asked of it. */
export interface Wish {
  x: Field
  y: Field
  colour?: Field | undefined
  size?: Field | undefined
  contour?: Field | undefined
  isLogX: boolean
  isLogY: boolean
  hasLine: boolean
}

interface Dot {
  point: Point
  x: number
  y: number
}

interface Extent {
  label: string
  low: number
  high: number
}

/** What is drawn. */
export interface Scene extends Wish {
  dots: Dot[]
  /** Of a continuous colour. */
  colours: Extent | null
  surface: (Extent & { bands: Band[] }) | null
  line: Line | null
  from: { x: number; y: number }
  to: { x: number; y: number }
}

const GRID = 60
const BANDS = 10
const SMALLEST_PX = 6
const LARGEST_PX = 26
/** Room beside the outermost points, as a share. */
const ROOM = 0.06

/** Put together what is drawn. */
export function sceneOf(points: readonly Point[], wish: Wish): Scene {
  const dots = points.flatMap((point) => {
    const [x, y] = [placeOn(wish.x, point), placeOn(wish.y, point)]
    return x === null || y === null ? [] : [{ point, x, y }]
  })
  const [fromX, toX] = reach(dots.map((dot) => dot.x), wish.isLogX) // prettier-ignore
  const [fromY, toY] = reach(dots.map((dot) => dot.y), wish.isLogY) // prettier-ignore
  const from = { x: fromX, y: fromY }
  const to = { x: toX, y: toY }
  const isContinuous = wish.colour?.kind === 'number'
  return {
    ...wish,
    dots,
    from,
    to,
    colours: wish.colour && isContinuous ? extentOf(wish.colour, dots) : null,
    surface: wish.contour ? surfaceOf(wish, wish.contour, dots, from, to) : null,
    line: wish.hasLine
      ? lineThrough(dots.map((dot) => turned(dot.x, wish.isLogX)), dots.map((dot) => turned(dot.y, wish.isLogY))) // prettier-ignore
      : null,
  }
}

function turned(value: number, isLog: boolean): number {
  return isLog ? Math.log(value) : value
}

function back(value: number, isLog: boolean): number {
  return isLog ? Math.exp(value) : value
}

function reach(values: readonly number[], isLog: boolean): [number, number] {
  if (values.length === 0) return [0, 1]
  const all = values.map((value) => turned(value, isLog))
  const [low, high] = [Math.min(...all), Math.max(...all)]
  const room = (high - low) * ROOM || Math.abs(low) * ROOM || 1
  return [back(low - room, isLog), back(high + room, isLog)]
}

function extentOf(field: Field, dots: readonly Dot[]): Extent | null {
  const found = dots.flatMap((dot) => placeOn(field, dot.point) ?? [])
  if (found.length === 0) return null
  return { label: field.label, low: Math.min(...found), high: Math.max(...found) }
}

function surfaceOf(
  wish: Wish,
  field: Field,
  dots: readonly Dot[],
  from: Scene['from'],
  to: Scene['to'],
): Scene['surface'] {
  const extent = extentOf(field, dots)
  if (!extent) return null
  const measured = dots.flatMap((dot) => {
    const value = placeOn(field, dot.point)
    if (value === null) return []
    const x = shareOf(dot.x, from.x, to.x, wish.isLogX)
    const y = shareOf(dot.y, from.y, to.y, wish.isLogY)
    return [{ x, y, value }]
  })
  return { ...extent, bands: bandsOf(gridOf(measured, GRID), GRID, BANDS) }
}

function shareOf(value: number, from: number, to: number, isLog: boolean): number {
  const [low, high] = [turned(from, isLog), turned(to, isLog)]
  return high === low ? 0.5 : (turned(value, isLog) - low) / (high - low)
}

/** Give the option of ECharts. */
export function drawingOf(scene: Scene, look: ChartLook): EChartsCoreOption {
  return {
    grid: { left: 72, right: 20, top: 16, bottom: 56 },
    xAxis: axisOf(scene, 'x', look),
    yAxis: axisOf(scene, 'y', look),
    tooltip: { formatter: ({ name }: { name: string }) => toldOf(scene, name) },
    series: [
      ...(scene.surface ? [contourOf(scene, scene.surface, look)] : []),
      ...(scene.line ? [lineOf(scene, scene.line, look)] : []),
      {
        type: 'scatter',
        z: 5,
        data: scene.dots.map((dot) => ({
          name: dot.point.id,
          value: [dot.x, dot.y],
          symbolSize: sizeOf(scene, dot),
          itemStyle: {
            color: colourOf(scene, dot, look),
            borderColor: scene.surface ? look.surface : look.text,
            borderWidth: scene.surface ? 1.5 : 0.5,
            opacity: 0.9,
          },
        })),
      },
    ],
  }
}

function axisOf(scene: Scene, side: 'x' | 'y', look: ChartLook): object {
  const field = scene[side]
  const isLog = side === 'x' ? scene.isLogX : scene.isLogY
  const looks = axisLook(look, field.label, side === 'y') as { axisLabel: object }
  if (field.kind === 'category') {
    return {
      ...looks,
      type: 'value',
      min: -0.5,
      max: Math.max(0, field.categories.length - 1) + 0.5,
      interval: 0.5,
      axisLabel: {
        ...looks.axisLabel,
        formatter: (value: number) =>
          Number.isInteger(value) ? (field.categories[value] ?? '') : '',
      },
    }
  }
  return {
    ...looks,
    type: isLog ? 'log' : 'value',
    min: scene.from[side],
    max: scene.to[side],
    axisLabel: {
      ...looks.axisLabel,
      showMinLabel: false,
      showMaxLabel: false,
      formatter: (value: number) => number(value, 3),
    },
  }
}

function toldOf(scene: Scene, name: string): string {
  const dot = scene.dots.find((one) => one.point.id === name)
  if (!dot) return ''
  const shown = [scene.x, scene.y, scene.colour, scene.size, scene.contour]
  const lines = [...new Set(shown)].flatMap((field) =>
    field ? [`${field.label}: ${cell(dot.point.values[field.key])}`] : [],
  )
  return [dot.point.name, ...lines].join('\n')
}

function sizeOf(scene: Scene, dot: Dot): number {
  if (!scene.size) return 10
  const extent = extentOf(scene.size, scene.dots)
  const at = placeOn(scene.size, dot.point)
  if (!extent || at === null) return SMALLEST_PX
  const share = extent.high > extent.low ? (at - extent.low) / (extent.high - extent.low) : 0.5
  return Math.sqrt(SMALLEST_PX ** 2 + share * (LARGEST_PX ** 2 - SMALLEST_PX ** 2))
}

function colourOf(scene: Scene, dot: Dot, look: ChartLook): string {
  if (!scene.colour) return scene.surface ? look.text : dot.point.colour
  const at = placeOn(scene.colour, dot.point)
  if (at === null) return look.strong
  if (!scene.colours) return COLOURS[at % COLOURS.length] ?? look.accent
  const { low, high } = scene.colours
  return seen(high > low ? (at - low) / (high - low) : 0.5, look.isDark)
}

interface Drawing {
  coord: (value: [number, number]) => [number, number]
}

/** Bands lie on one another, so that each hole shows the band below. */
function contourOf(scene: Scene, surface: NonNullable<Scene['surface']>, look: ChartLook): object {
  const place = (share: number, side: 'x' | 'y'): number => {
    const isLog = side === 'x' ? scene.isLogX : scene.isLogY
    const [low, high] = [turned(scene.from[side], isLog), turned(scene.to[side], isLog)]
    return back(low + (high - low) * share, isLog)
  }
  return {
    type: 'custom',
    silent: true,
    clip: true,
    z: 1,
    tooltip: { show: false },
    data: surface.bands.map((_, i) => [scene.from.x, scene.from.y, i]),
    renderItem: ({ dataIndex }: { dataIndex: number }, drawing: Drawing) => {
      const rings = surface.bands[dataIndex]?.rings.flat() ?? []
      const path = rings.map((ring) => {
        const ends = ring.map(([x, y]) => drawing.coord([place(x, 'x'), place(y, 'y')]).join(' '))
        return `M${ends.join('L')}Z`
      })
      const share = dataIndex / Math.max(1, surface.bands.length - 1)
      return {
        type: 'path',
        shape: { pathData: path.join('') },
        style: { fill: seen(share, look.isDark), stroke: look.surface, lineWidth: 0.5 },
      }
    },
  }
}

function lineOf(scene: Scene, line: Line, look: ChartLook): object {
  const low = turned(scene.from.x, scene.isLogX)
  const high = turned(scene.to.x, scene.isLogX)
  const ends = Array.from({ length: 33 }, (_, i) => {
    const x = low + ((high - low) * i) / 32
    return [back(x, scene.isLogX), back(line.offset + line.slope * x, scene.isLogY)]
  })
  return {
    type: 'line',
    data: ends,
    symbol: 'none',
    silent: true,
    z: 3,
    lineStyle: { color: look.text, width: 1.5, type: 'dashed' },
  }
}
