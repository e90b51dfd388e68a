/** What is pointed at: a line down the picture, the nearest point, and the box that is drawn. */

import type { Drawn } from './composing'
import { dot, drawLine } from './drawing'
import type { Box } from './gestures'
import { nearestPoint, placeOf, type Nearest } from './nearest'
import { atShare, toShare, type Scale } from './scales'
import type { XKind } from './options'

/** A point that is told in words. */
export interface Pointed {
  drawn: Drawn
  row: number
  /** Where it is on the axis. */
  place: number
  kind: XKind
}

const NEAR_PX = 60

/** The layer above a picture. */
export class Pointing {
  readonly #canvas = document.createElement('canvas')
  readonly #line = document.createElement('div')
  readonly #box = document.createElement('div')
  #drawn: readonly Drawn[] = []
  #x: Scale | null = null
  #y: Scale | null = null
  #at: { x: number; y: number } | null = null
  #width = 0
  #height = 0
  #due = 0

  constructor(
    area: HTMLElement,
    readonly kind: XKind,
    readonly told: (pointed: Pointed | null) => void,
  ) {
    this.#line.className = 'chart-cursor'
    this.#box.className = 'chart-box'
    this.#canvas.className = 'chart-above'
    for (const layer of [this.#canvas, this.#line, this.#box]) layer.hidden = true
    area.append(this.#canvas, this.#line, this.#box)
  }

  resize(width: number, height: number): void {
    if (width === this.#width && height === this.#height) return
    this.#width = width
    this.#height = height
    const ratio = window.devicePixelRatio || 1
    this.#canvas.width = Math.round(width * ratio)
    this.#canvas.height = Math.round(height * ratio)
    this.#canvas.style.width = `${width}px`
    this.#canvas.style.height = `${height}px`
  }

  /** Something else is drawn, or somewhere else. */
  show(drawn: readonly Drawn[], x: Scale, y: Scale): void {
    this.#drawn = drawn
    this.#x = x
    this.#y = y
    if (this.#at) this.#later()
  }

  /** Point at a place of the area. */
  point(at: { x: number; y: number } | null): void {
    this.#at = at
    this.#later()
  }

  /** Show where another chart is pointed at. */
  follow(place: number | null): void {
    if (this.#at || !this.#x) return
    const share = place === null ? NaN : toShare(this.#x, place)
    this.#lineAt(share >= 0 && share <= 1 ? share * this.#width : null)
  }

  /** Show the box that is being drawn. */
  box(box: Box | null): void {
    this.#box.hidden = !box
    if (!box) return
    const [top, bottom] = box.rows ?? [0, 1]
    const { style } = this.#box
    style.left = `${box.left * 100}%`
    style.width = `${(box.right - box.left) * 100}%`
    style.top = `${top * 100}%`
    style.height = `${(bottom - top) * 100}%`
  }

  close(): void {
    cancelAnimationFrame(this.#due)
    for (const layer of [this.#canvas, this.#line, this.#box]) layer.remove()
  }

  #later(): void {
    if (!this.#due) this.#due = requestAnimationFrame(() => this.#find())
  }

  #find(): void {
    this.#due = 0
    const [at, x, y] = [this.#at, this.#x, this.#y]
    if (!at || !x || !y) {
      this.#lineAt(null)
      this.#canvas.hidden = true
      this.told(null)
      return
    }
    const place = { ...at, width: this.#width, height: this.#height }
    const inFront = this.#drawn.filter((one) => !one.isBehind)
    const lines = inFront.map((one) => one.line)
    const found = nearestPoint(lines, place, x, y, inFront.length > 1 ? NEAR_PX : Infinity)
    const drawn = found && inFront[found.line]
    if (!found || !drawn) {
      this.#lineAt(at.x)
      this.#canvas.hidden = true
      this.told(null)
      return
    }
    this.#mark(drawn, found, x, y)
    const { x: column } = placeOf(drawn.line, found.row, place, x, y)
    this.#lineAt(column)
    const value = drawn.line.x[found.row] ?? atShare(x, at.x / this.#width)
    this.told({ drawn, row: found.row, place: value, kind: this.kind })
  }

  #mark(drawn: Drawn, found: Nearest, x: Scale, y: Scale): void {
    const context = this.#canvas.getContext('2d')
    if (!context) return
    const ratio = window.devicePixelRatio || 1
    const { width, height } = this.#canvas
    context.clearRect(0, 0, width, height)
    const surface = { context, width, height, ratio, x, y }
    const { colour, dash, line } = drawn
    drawLine(surface, line.x, line.y, { colour, dash, width: 2.5, opacity: 1 })
    const size = { x: 0, y: 0, width, height }
    const at = placeOf(line, found.row, size, x, y)
    dot(context, at.x, at.y, 4 * ratio)
    this.#canvas.hidden = false
  }

  #lineAt(column: number | null): void {
    this.#line.hidden = column === null
    if (column !== null) this.#line.style.transform = `translateX(${Math.round(column)}px)`
  }
}
