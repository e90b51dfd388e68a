/** What the user does on a picture, told as shares of it: pointing, drawing a box, moving, zooming. */

/** A box in shares of the area, from its left and its top. */
export interface Box {
  left: number
  right: number
  /** Null where the box is over the whole height. */
  rows: readonly [number, number] | null
}

/** What a picture does. */
export interface Gestures {
  /** Something is pointed at, in pixels of the area; null for nothing. */
  point(place: { x: number; y: number } | null): void
  /** The picture is moved by shares of the area. */
  pan(across: number): void
  /** More or less is shown around a share of the area. */
  zoom(factor: number, about: number): void
  /** A box is being drawn; null when it is given up. */
  box(box: Box | null): void
  choose(box: Box): void
  reset(): void
  /** The hand has come off. */
  rest(): void
}

const LEAST_PX = 5
const BOX_PX = 24
const WHEEL = 0.0015
const KEY_PAN = 0.1
const KEY_ZOOM = 0.7

interface Pointer {
  x: number
  y: number
}

/** Hear what is done on an area, until what this gives is called. */
export function listen(area: HTMLElement, does: Gestures): () => void {
  const hand = new Hand(area, does)
  const options = { signal: hand.stop.signal }
  area.addEventListener('pointerdown', (event) => hand.down(event), options)
  area.addEventListener('pointermove', (event) => hand.move(event), options)
  area.addEventListener('pointerup', (event) => hand.up(event), options)
  area.addEventListener('pointercancel', (event) => hand.up(event), options)
  area.addEventListener('pointerleave', () => does.point(null), options)
  area.addEventListener('dblclick', () => does.reset(), options)
  area.addEventListener('wheel', (event) => hand.wheel(event), { ...options, passive: false })
  return () => hand.stop.abort()
}

/** Do what a key says; tells whether it says something. */
export function pressKey(key: string, does: Gestures): boolean {
  const actions: Record<string, () => void> = {
    ArrowLeft: () => does.pan(-KEY_PAN),
    ArrowRight: () => does.pan(KEY_PAN),
    '+': () => does.zoom(KEY_ZOOM, 0.5),
    '=': () => does.zoom(KEY_ZOOM, 0.5),
    '-': () => does.zoom(1 / KEY_ZOOM, 0.5),
    '0': () => does.reset(),
  }
  const action = actions[key]
  action?.()
  if (action) does.rest()
  return action !== undefined
}

class Hand {
  readonly stop = new AbortController()
  readonly #pointers = new Map<number, Pointer>()
  #from: Pointer | null = null
  #isPanning = false
  #resting = 0

  constructor(
    readonly area: HTMLElement,
    readonly does: Gestures,
  ) {}

  down(event: PointerEvent): void {
    if (event.button > 1) return
    this.area.setPointerCapture(event.pointerId)
    const at = this.#place(event)
    this.#pointers.set(event.pointerId, at)
    this.#from = at
    this.#isPanning = event.shiftKey || event.button === 1 || event.pointerType === 'touch'
    if (this.#pointers.size > 1) this.does.box(null)
  }

  move(event: PointerEvent): void {
    const at = this.#place(event)
    const before = this.#pointers.get(event.pointerId)
    if (!before) {
      this.does.point(at)
      return
    }
    if (this.#pointers.size === 2) this.#pinch(event.pointerId, at)
    else if (this.#isPanning) this.does.pan((before.x - at.x) / this.area.clientWidth)
    else this.does.box(this.#box(at))
    this.#pointers.set(event.pointerId, at)
  }

  up(event: PointerEvent): void {
    if (!this.#pointers.delete(event.pointerId)) return
    const box = this.#box(this.#place(event))
    const isBox = !this.#isPanning && this.#pointers.size === 0 && event.type === 'pointerup'
    if (isBox) this.does.box(null)
    if (isBox && box) this.does.choose(box)
    if (event.pointerType === 'touch') this.does.point(this.#place(event))
    if (this.#pointers.size === 0) this.does.rest()
  }

  wheel(event: WheelEvent): void {
    const isAcross = Math.abs(event.deltaX) > Math.abs(event.deltaY) || event.shiftKey
    const isMeant = event.ctrlKey || event.metaKey || this.#hasFocus()
    if (!isAcross && !isMeant) return // the page scrolls
    event.preventDefault()
    const { width } = this.area.getBoundingClientRect()
    if (isAcross) this.does.pan((event.deltaX || event.deltaY) / width)
    else this.does.zoom(Math.exp(event.deltaY * WHEEL), this.#place(event).x / width)
    clearTimeout(this.#resting)
    this.#resting = window.setTimeout(() => this.does.rest(), 150)
  }

  #hasFocus(): boolean {
    return this.area.closest('[tabindex]') === document.activeElement
  }

  #pinch(moved: number, at: Pointer): void {
    const other = [...this.#pointers].find(([id]) => id !== moved)?.[1]
    const before = this.#pointers.get(moved)
    if (!other || !before) return
    const factor =
      Math.max(20, Math.abs(before.x - other.x)) / Math.max(20, Math.abs(at.x - other.x))
    this.does.zoom(factor, (at.x + other.x) / 2 / this.area.clientWidth)
  }

  #box(at: Pointer): Box | null {
    const from = this.#from
    if (!from || Math.abs(at.x - from.x) < LEAST_PX) return null
    const { clientWidth: width, clientHeight: height } = this.area
    const isFlat = Math.abs(at.y - from.y) < BOX_PX
    const share = (place: number) => Math.max(0, Math.min(1, place))
    return {
      left: share(Math.min(from.x, at.x) / width),
      right: share(Math.max(from.x, at.x) / width),
      rows: isFlat
        ? null
        : [share(Math.min(from.y, at.y) / height), share(Math.max(from.y, at.y) / height)],
    }
  }

  #place(event: MouseEvent): Pointer {
    const { left, top } = this.area.getBoundingClientRect()
    return { x: event.clientX - left, y: event.clientY - top }
  }
}
