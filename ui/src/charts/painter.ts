/** The picture of many lines: drawn in slices, shown when it is whole, moved until then. */

import type { Surface } from './drawing'
import { toShare, type Scale } from './scales'

/** What a picture shows: a part of the axes wider than the area, so that it can be moved. */
export interface Picture {
  x: Scale
  y: Scale
  /** Whether all that it is to show has been read. */
  isExact: boolean
  /** Draws a part of it; the picture may be seen when it says that it is done. */
  draw: (surface: Surface) => Generator<void>
}

/** Of the area's width, what a picture has more on each side. */
export const MARGIN = 0.25
/** How long drawing may hold up the page, in milliseconds. */
const SLICE_MS = 9
const LONG_SLICE_MS = 40

/** Draws pictures onto two canvases in turn: one is seen, and moved, while the other is drawn. */
export class Painter {
  readonly #canvases: [HTMLCanvasElement, HTMLCanvasElement]
  #shown: Picture | null = null
  #next: Picture | null = null
  #work: Generator<void> | null = null
  #timer = 0
  #width = 0
  #height = 0

  constructor(
    area: HTMLElement,
    private readonly isBusy: () => boolean,
    private readonly finished: (picture: Picture) => void,
  ) {
    this.#canvases = [canvasIn(area), canvasIn(area)]
  }

  /** The canvas that is seen. */
  get canvas(): HTMLCanvasElement {
    return this.#canvases[0]
  }

  /** Whether a picture is being drawn. */
  get isPainting(): boolean {
    return this.#work !== null
  }

  /** Whether another picture is drawn after that. */
  get isWaiting(): boolean {
    return this.#next !== null
  }

  /** The picture that is seen. */
  get shown(): Picture | null {
    return this.#shown
  }

  resize(width: number, height: number): void {
    if (width === this.#width && height === this.#height) return
    this.#width = width
    this.#height = height
    this.#stop()
  }

  /** Draw a picture; one that is being drawn is finished first, so that something is seen. */
  paint(picture: Picture): void {
    this.#next = picture
    if (!this.#work) this.#begin()
  }

  /** Move the picture that is seen to where it belongs in other parts of the axes. */
  move(x: Scale, y: Scale): void {
    const picture = this.#shown
    if (!picture) return
    const left = toShare(x, picture.x.min) * this.#width
    const right = toShare(x, picture.x.max) * this.#width
    const bottom = (1 - toShare(y, picture.y.min)) * this.#height
    const top = (1 - toShare(y, picture.y.max)) * this.#height
    const across = (right - left) / (this.#width * (1 + 2 * MARGIN))
    const down = (bottom - top) / this.#height
    const isSane = [left, top, across, down].every(Number.isFinite) && across > 0 && across < 1e4
    this.canvas.style.visibility = isSane ? 'visible' : 'hidden'
    if (isSane) this.canvas.style.transform = `matrix(${across}, 0, 0, ${down}, ${left}, ${top})`
  }

  close(): void {
    this.#stop()
    for (const canvas of this.#canvases) canvas.remove()
  }

  #begin(): void {
    const picture = this.#next
    const canvas = this.#canvases[1]
    const context = canvas.getContext('2d')
    if (!picture || !context || this.#width < 1 || this.#height < 1) return
    this.#next = null
    const ratio = window.devicePixelRatio || 1
    const width = this.#width * (1 + 2 * MARGIN)
    fit(canvas, width, this.#height, ratio)
    const surface = { context, ratio, x: picture.x, y: picture.y }
    this.#work = picture.draw({ ...surface, width: canvas.width, height: canvas.height })
    this.#slice(picture)
  }

  #slice(picture: Picture): void {
    const until = performance.now() + (this.isBusy() ? SLICE_MS : LONG_SLICE_MS)
    do {
      if (this.#work?.next().done !== false) {
        this.#show(picture)
        return
      }
    } while (performance.now() < until)
    this.#timer = requestAnimationFrame(() => this.#slice(picture))
  }

  #show(picture: Picture): void {
    this.#work = null
    this.#canvases.reverse()
    this.#canvases[1].style.visibility = 'hidden'
    this.#canvases[0].style.visibility = 'visible'
    this.#shown = picture
    this.finished(picture)
    if (this.#next) this.#timer = requestAnimationFrame(() => this.#begin())
  }

  #stop(): void {
    cancelAnimationFrame(this.#timer)
    this.#work = null
  }
}

function canvasIn(area: HTMLElement): HTMLCanvasElement {
  const canvas = document.createElement('canvas')
  const { style } = canvas
  style.position = 'absolute'
  style.left = '0'
  style.top = '0'
  style.transformOrigin = '0 0'
  style.willChange = 'transform'
  style.visibility = 'hidden'
  area.append(canvas)
  return canvas
}

function fit(canvas: HTMLCanvasElement, width: number, height: number, ratio: number): void {
  canvas.width = Math.max(1, Math.round(width * ratio)) // which clears it too
  canvas.height = Math.max(1, Math.round(height * ratio))
  canvas.style.width = `${width}px`
  canvas.style.height = `${height}px`
}
