/** What of a grid is in view, and which of its cells is the active one. */

import { offsetsOf, scrolledTo } from './windows'
import type { ShownColumn } from './columns'
import type { Place } from './keys'

/** A column where it stands. */
export interface Placed extends ShownColumn {
  /** Its place among all columns. */
  place: number
  /** Pixels from the left side of the row. */
  left: number
}

/** The columns of a grid by where they stand. */
export interface Layout {
  pinned: Placed[]
  others: Placed[]
  /** Where each of the others begins, beginning at 0. */
  offsets: number[]
  /** Pixels that the pinned ones have, with the marks before them. */
  pinnedWidth: number
  width: number
}

/** Give where columns stand; on narrow windows only `name` stays pinned. */
export function layoutOf(
  columns: readonly ShownColumn[],
  gutter: number,
  isNarrow: boolean,
): Layout {
  const isPinned = (one: ShownColumn): boolean =>
    Boolean(one.isPinned) && (!isNarrow || one.name === 'name' || one.name === 'status')
  const all = columns.map((column, place) => ({ ...column, place, left: 0 }))
  const pinned = all.filter(isPinned)
  const others = all.filter((one) => !isPinned(one))
  if (isNarrow) for (const one of pinned) one.width = Math.min(one.width, 150)
  let left = gutter
  for (const one of pinned) {
    one.left = left
    left += one.width
  }
  const offsets = offsetsOf(others.map((one) => one.width))
  others.forEach((one, i) => (one.left = left + (offsets[i] ?? 0)))
  return { pinned, others, offsets, pinnedWidth: left, width: left + (offsets.at(-1) ?? 0) }
}

/** The scroll position and the active cell of a grid, as reactive state. */
export class GridView {
  top = $state(0)
  left = $state(0)
  height = $state(0)
  width = $state(0)
  /** Null before the grid was ever in focus. */
  active = $state.raw<Place | null>(null)
  /** The run whose name is being changed in its row. */
  editing = $state<number | null>(null)
  /** Whether the grid or something in it has the focus. */
  hasFocus = $state(false)
  rowHeight = 28
  scroller: HTMLElement | undefined

  /** Go to a position at once. */
  scrollTo(top: number, left = this.left): void {
    if (!this.scroller) return
    this.scroller.scrollTop = top
    this.scroller.scrollLeft = left
    this.top = this.scroller.scrollTop
    this.left = this.scroller.scrollLeft
  }

  /** Make a cell the active one, and scroll as little as needed to see it. */
  activate(place: Place, layout: Layout): void {
    this.active = place
    const seen = this.height - this.rowHeight
    const begin = place.row * this.rowHeight
    const top = place.row < 0 ? this.top : scrolledTo(begin, begin + this.rowHeight, this.top, seen)
    const column = layout.others.find((one) => one.place === place.column)
    const from = column ? column.left - layout.pinnedWidth : 0
    const left = column
      ? scrolledTo(from, from + column.width, this.left, this.width - layout.pinnedWidth)
      : this.left
    if (top !== this.top || left !== this.left) this.scrollTo(top, left)
  }

  /** Bring the focus to the grid. */
  focus(): void {
    this.scroller?.focus({ preventScroll: true })
  }
}
