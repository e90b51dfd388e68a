/** What part of the graph is seen: moved by dragging, zoomed by Ctrl and the wheel or two fingers. */

import type { Box } from './layout'

/** The largest scale that a whole graph is shown at. */
export const FULL = 1.1
/** The smallest one that it is first shown at: text is still read; the rest is moved to. */
export const READABLE = 0.64
const LEAST = 0.25
const MOST = 2
const DRAG = 4
const LEGEND = 44

/** The window's view of a sheet. */
export class View {
  #x = $state(0)
  #y = $state(0)
  #scale = $state(1)
  #isMoving = $state(false)
  #wasDragged = false
  #element: HTMLElement | null = null
  #sheet: [number, number] = [0, 0]
  #pointers = new Map<number, [number, number]>()
  #end: (() => void) | null = null
  #isOwn = false
  #kept: Box | null = null

  /** The view as a CSS transform. */
  get transform(): string {
    return `translate(${this.#x}px, ${this.#y}px) scale(${this.#scale})`
  }

  /** Whether it is being dragged. */
  get isMoving(): boolean {
    return this.#isMoving
  }

  /** Whether the click that comes now ended a drag. */
  get wasDragged(): boolean {
    return this.#wasDragged
  }

  /** Look at a sheet in an element; the whole of it as long as the user does not choose a part. */
  attach(element: HTMLElement, width: number, height: number): void {
    this.detach()
    this.#element = element
    this.#sheet = [width, height]
    const listeners = new AbortController()
    const { signal } = listeners
    element.addEventListener('wheel', (event) => this.#wheel(event), { passive: false, signal })
    element.addEventListener('pointerdown', (event) => this.#down(event), { signal })
    element.addEventListener('pointermove', (event) => this.#move(event), { signal })
    for (const name of ['pointerup', 'pointercancel', 'pointerleave'] as const) {
      element.addEventListener(name, (event) => this.#up(event), { signal })
    }
    const sizes = new ResizeObserver(() => this.#isOwn || this.fit(READABLE))
    sizes.observe(element)
    this.#end = () => {
      listeners.abort()
      sizes.disconnect()
    }
    if (!this.#isOwn) this.fit(READABLE)
  }

  /** Let the element go. */
  detach(): void {
    this.#end?.()
    this.#end = null
    this.#element = null
    this.#pointers.clear()
  }

  /** Show all of it, as large as is good to read, in the middle. */
  fit(least = LEAST): void {
    const [width, height] = this.#size()
    const [sheetWidth, sheetHeight] = this.#sheet
    if (!width || !sheetWidth) return
    const scale = Math.min(width / sheetWidth, (height - LEGEND) / sheetHeight, FULL)
    this.#scale = Math.max(scale, least)
    this.#x = Math.max((width - sheetWidth * this.#scale) / 2, 0)
    this.#y = Math.max((height - LEGEND - sheetHeight * this.#scale) / 2, 0)
    this.#isOwn = false
    if (this.#kept) this.reveal(this.#kept)
  }

  /** Keep a box in sight, whatever room there is; null for none. */
  keep(box: Box | null): void {
    this.#kept = box
    if (box) this.reveal(box)
  }

  /** Zoom by a factor, around a point of the element, by default its middle. */
  zoom(factor: number, at?: [number, number]): void {
    const [width, height] = this.#size()
    const [x, y] = at ?? [width / 2, height / 2]
    const scale = Math.min(Math.max(this.#scale * factor, LEAST), MOST)
    const grown = scale / this.#scale
    this.#x = x - (x - this.#x) * grown
    this.#y = y - (y - this.#y) * grown
    this.#scale = scale
    this.#isOwn = true
  }

  /** Move so that a box is seen. */
  reveal(box: Box): void {
    const [width, height] = this.#size()
    const pad = 16
    const [left, top] = [box.x * this.#scale + this.#x, box.y * this.#scale + this.#y]
    const [right, bottom] = [left + box.width * this.#scale, top + box.height * this.#scale]
    if (left < pad) this.#x += pad - left
    else if (right > width - pad) this.#x -= right - width + pad
    if (top < pad) this.#y += pad - top
    else if (bottom > height - pad - LEGEND) this.#y -= bottom - height + pad + LEGEND
  }

  #size(): [number, number] {
    return [this.#element?.clientWidth ?? 0, this.#element?.clientHeight ?? 0]
  }

  #place(event: MouseEvent): [number, number] {
    const box = this.#element?.getBoundingClientRect()
    return [event.clientX - (box?.left ?? 0), event.clientY - (box?.top ?? 0)]
  }

  #wheel(event: WheelEvent): void {
    if (!event.ctrlKey && !event.metaKey) return // the page scrolls
    event.preventDefault()
    this.zoom(Math.exp(-event.deltaY / 240), this.#place(event))
  }

  #down(event: PointerEvent): void {
    this.#wasDragged = false
    if (event.button === 0) this.#pointers.set(event.pointerId, this.#place(event))
  }

  #move(event: PointerEvent): void {
    const before = this.#pointers.get(event.pointerId)
    if (!before) return
    const now = this.#place(event)
    const [dx, dy] = [now[0] - before[0], now[1] - before[1]]
    if (!this.#isMoving && Math.hypot(dx, dy) < DRAG) return
    const other = [...this.#pointers].find(([id]) => id !== event.pointerId)?.[1]
    if (other) {
      const far = Math.hypot(before[0] - other[0], before[1] - other[1]) || 1
      this.zoom(Math.hypot(now[0] - other[0], now[1] - other[1]) / far, now)
    } else {
      this.#x += dx
      this.#y += dy
    }
    this.#pointers.set(event.pointerId, now)
    this.#isMoving = this.#isOwn = this.#wasDragged = true
  }

  #up(event: PointerEvent): void {
    this.#pointers.delete(event.pointerId)
    if (this.#pointers.size === 0) this.#isMoving = false
  }
}
