/** A panel on its way: what is held, and where it would come to lie. */

/** Where a panel would come to lie: beside another one, in it, or at the end of a section. */
export type Target =
  | { kind: 'beside'; section: string; panel: string; isAfter: boolean }
  | { kind: 'into'; panel: string }
  | { kind: 'end'; section: string }

/** Of a panel's width, from each side so much means beside it, and the middle means into it. */
const SIDE = 0.3
/** A hand that moved less has only pressed. */
const LEAST_PX = 5
/** So near the edge of the view, it scrolls. */
const EDGE_PX = 60

/** What is dragged over the workspace. */
export class Drag {
  panel = $state<string | null>(null)
  target = $state.raw<Target | null>(null)
  x = $state(0)
  y = $state(0)
  #from: { panel: string; x: number; y: number } | null = null

  constructor(readonly dropped: (panel: string, target: Target) => void) {}

  /** The hand takes a panel by its grip. */
  start(event: PointerEvent, panel: string): void {
    if (event.button !== 0) return
    event.preventDefault()
    ;(event.currentTarget as HTMLElement).setPointerCapture(event.pointerId)
    this.#from = { panel, x: event.clientX, y: event.clientY }
  }

  move(event: PointerEvent, scroller: HTMLElement | null): void {
    const from = this.#from
    if (!from) return
    const way = Math.hypot(event.clientX - from.x, event.clientY - from.y)
    if (!this.panel && way < LEAST_PX) return
    this.panel = from.panel
    this.x = event.clientX
    this.y = event.clientY
    this.target = targetAt(event.clientX, event.clientY, from.panel)
    scrollNearEdge(event.clientY, scroller)
  }

  /** The hand lets go. */
  end(): void {
    const { panel, target } = this
    this.cancel()
    if (panel && target) this.dropped(panel, target)
  }

  cancel(): void {
    this.#from = null
    this.panel = null
    this.target = null
  }
}

function targetAt(x: number, y: number, held: string): Target | null {
  const at = document.elementFromPoint(x, y)
  const over = at?.closest<HTMLElement>('[data-panel]')
  const section = at?.closest<HTMLElement>('[data-section]')?.dataset.section
  if (section === undefined) return null
  if (!over) return { kind: 'end', section }
  const panel = over.dataset.panel ?? ''
  if (panel === held) return null
  const { left, width } = over.getBoundingClientRect()
  const share = (x - left) / width
  if (share >= SIDE && share <= 1 - SIDE && over.dataset.joins === 'true') {
    return { kind: 'into', panel }
  }
  return { kind: 'beside', section, panel, isAfter: share > 0.5 }
}

function scrollNearEdge(y: number, scroller: HTMLElement | null): void {
  const { top, bottom } = scroller?.getBoundingClientRect() ?? { top: 0, bottom: innerHeight }
  const by = y < top + EDGE_PX ? -12 : y > bottom - EDGE_PX ? 12 : 0
  if (by) (scroller ?? document.scrollingElement)?.scrollBy(0, by)
}
