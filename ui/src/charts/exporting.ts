/** What a chart shows as a file: PNG and SVG as it is seen, CSV with the exact points. */

import type { Drawn } from './composing'
import type { Frame } from './frame'
import type { ChartOptions } from './options'
import type { Painter } from './painter'
import { axisOf } from './readings'
import type { Scale } from './scales'
import type { SeriesSource } from './source'
import { namedLines, svgOf } from './svg'

/** A kind of file. */
export type FileKind = 'png' | 'svg' | 'csv'

/** What is to be saved. */
export interface Scene {
  drawn: readonly Drawn[]
  x: Scale
  y: Scale
  options: ChartOptions
  frame: Frame | null
  painter: Painter | null
}

/** Points of one series that are read at once; more are read in parts. */
const MOST_POINTS = 10_000
const FINEST_LEVEL = -30

/** Of a PNG, in CSS pixels. */
const HEAD = 32
const LEGEND_ROW = 18

/** Save a chart as a file. */
export async function saveChart(
  kind: FileKind,
  name: string,
  scene: Scene,
  source: SeriesSource,
): Promise<void> {
  const content = await contentOf(kind, name, scene, source)
  if (content) offer(content, `${fileName(name)}.${kind}`)
}

async function contentOf(
  kind: FileKind,
  name: string,
  scene: Scene,
  source: SeriesSource,
): Promise<Blob | null> {
  if (kind === 'svg') return new Blob([svgOf(name, scene)], { type: 'image/svg+xml' })
  if (kind === 'csv') return new Blob([await csvOf(scene, source)], { type: 'text/csv' })
  return pngOf(name, scene)
}

/** Give the points of the range that is shown, one in a row. */
export async function csvOf(scene: Scene, source: SeriesSource): Promise<string> {
  const axis = axisOf(scene.options)
  const isOver = typeof scene.options.x === 'object'
  const start = isOver ? -Infinity : scene.x.min
  const end = isOver ? Infinity : scene.x.max
  const rows = [['line', 'run', 'metric', axis, 'value'].join()]
  for (const { trace, label, line } of scene.drawn) {
    if (!trace) {
      // The mean of a group is of no single run: it is told as it is drawn.
      line.x.forEach((x, i) => {
        if (x >= start && x <= end) rows.push([quoted(label), '', '', x, line.y[i]].join())
      })
      continue
    }
    const signal = new AbortController().signal
    for await (const [x, value] of exactPoints(source, { ...trace, axis, start, end }, signal)) {
      rows.push([quoted(label), trace.run, quoted(trace.metric), x, value].join())
    }
  }
  return `${rows.join('\n')}\n`
}

interface Exact {
  run: string
  metric: string
  axis: 'step' | 'time' | 'relative'
  start: number
  end: number
}

/** Give all points of a range, part by part, each part small enough to be told one by one. */
async function* exactPoints(
  source: SeriesSource,
  { run, metric, axis, start, end }: Exact,
  signal: AbortSignal,
): AsyncGenerator<[number, number]> {
  const waiting: [number, number][] = [[start, end]]
  for (let part = waiting.pop(); part; part = waiting.pop()) {
    const [first, last] = part
    const series = [{ run, metric }]
    const query = { series, axis, start: first, end: last, level: null, width: MOST_POINTS }
    const [block] = await source.read(query, signal)
    if (!block) continue
    const from = Math.max(first, block.first)
    const to = Math.min(last, block.last)
    const middle = (from + to) / 2
    const isWhole = block.kind === 'points' || to - from < 2 ** FINEST_LEVEL
    if (!isWhole && middle > from && middle < to) {
      waiting.push([middle, to], [from, before(middle)])
      continue
    }
    for (let i = 0; i < block.x.length; i++) {
      const x = block.x[i] ?? NaN
      if (x >= first && x <= last) yield [x, block.mean[i] ?? NaN]
    }
  }
}

/** Give the next smaller number, so that no point is in two parts. */
function before(value: number): number {
  return value - Math.max(Math.abs(value) * Number.EPSILON, Number.MIN_VALUE)
}

async function pngOf(title: string, scene: Scene): Promise<Blob | null> {
  const { frame, painter } = scene
  if (!frame || !painter) return null
  const canvas = document.createElement('canvas')
  const { canvas: axes, area } = frame
  const named = namedLines(scene.drawn)
  const ratio = axes.width / (axes.clientWidth || axes.width)
  canvas.width = axes.width
  canvas.height = axes.height + (HEAD + named.length * LEGEND_ROW) * ratio
  const context = canvas.getContext('2d')
  if (!context) return null
  const style = getComputedStyle(document.documentElement)
  const text = style.getPropertyValue('--text').trim() || '#1a1f27'
  context.fillStyle = style.getPropertyValue('--surface').trim() || '#ffffff'
  context.fillRect(0, 0, canvas.width, canvas.height)
  context.save()
  context.scale(ratio, ratio)
  write(context, title, { x: 12, y: 21, colour: text, size: 15 })
  named.forEach(({ label, colour }, place) => {
    const y = HEAD + axes.height / ratio + place * LEGEND_ROW + 10
    context.fillStyle = colour
    context.fillRect(16, y - 5, 18, 2)
    write(context, label, { x: 42, y, colour: text, size: 12 })
  })
  context.restore()
  context.translate(0, HEAD * ratio)
  context.drawImage(axes, 0, 0)
  const { offsetLeft: left, offsetTop: top, clientWidth: width, clientHeight: height } = area
  context.beginPath()
  context.rect(left * ratio, top * ratio, width * ratio, height * ratio)
  context.clip()
  context.translate(left * ratio, top * ratio)
  const moved = new DOMMatrix(painter.canvas.style.transform || 'none')
  context.transform(moved.a, 0, 0, moved.d, moved.e * ratio, moved.f * ratio)
  context.drawImage(painter.canvas, 0, 0)
  return new Promise((resolve) => canvas.toBlob(resolve))
}

function write(
  context: CanvasRenderingContext2D,
  text: string,
  { x, y, colour, size }: { x: number; y: number; colour: string; size: number },
): void {
  context.fillStyle = colour
  context.font = `${size}px ${getComputedStyle(document.body).fontFamily}`
  context.fillText(text, x, y)
}

/** Let the user save some content as a file. */
export function offer(content: Blob, name: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(content)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}

/** Give a name that every disk takes. */
export function fileName(name: string): string {
  return name.replace(/[^\p{L}\p{N}._-]+/gu, '-').slice(0, 80) || 'chart'
}

/** A cell that a spreadsheet would take for a formula begins with an apostrophe. */
function quoted(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
