/** What keys and clicks in a grid do. */

import type { GridActions, GridSource } from './grid'
import type { Item } from './grouping'
import { moveOf, type Place } from './keys'
import { allToggled, stretched, toggled } from './selection'
import type { GridView, Layout } from './view.svelte'

const RESIZE_BY = 16

/** Takes the events of a grid. */
export class GridControl {
  /** Where a range began, and how far it goes. */
  #anchor = 0
  #end = 0

  constructor(
    private readonly source: () => GridSource,
    private readonly actions: () => GridActions,
    private readonly view: () => GridView,
    private readonly layout: () => Layout,
  ) {}

  onKey(event: KeyboardEvent): void {
    if (event.target !== event.currentTarget) return
    if (this.#isHandled(event)) {
      event.preventDefault()
      event.stopPropagation()
    }
  }

  onClick(event: MouseEvent): void {
    const target = event.target as Element
    const what = target.closest<HTMLElement>('[data-do]')?.dataset.do
    const { source, place, item } = this.#under(target)
    if (what === 'all') {
      this.actions().select(allToggled(source.selected, source.items.runs()))
      this.view().focus()
    }
    if (!item || !place) return
    if (what === 'select') this.#select(place.row, event.shiftKey)
    else if (what === 'eye') this.actions().toggleHidden(item)
    else if (item.kind === 'group') this.actions().toggleGroup(item.group.key)
    else if (event.shiftKey || event.metaKey || event.ctrlKey) {
      if (target.closest('a')) return
      this.#select(place.row, event.shiftKey)
    }
    if (place.column >= 0) this.view().active = place
    if (!target.closest('a')) this.view().focus()
  }

  onDoubleClick(event: MouseEvent): void {
    const { place, item } = this.#under(event.target as Element)
    if (item?.kind !== 'run' || !place || place.column < 0) return
    const { columns, canRename } = this.source()
    if (canRename && columns[place.column]?.name === 'name') this.view().editing = item.number
    else this.#open(item, false)
  }

  onContextMenu(event: MouseEvent): void {
    const target = event.target as Element
    const head = target.closest<HTMLElement>('[data-h]')
    const at = { x: event.clientX, y: event.clientY }
    const { source, place, item } = this.#under(target)
    if (target.closest('input') || !(head || (item && place && place.column >= 0))) return
    event.preventDefault()
    const column = source.columns[head ? Number(head.dataset.h) : (place?.column ?? 0)]
    if (!column) return
    if (head) this.actions().headMenu(column, at)
    else if (item && place) {
      this.view().active = place
      this.actions().cellMenu(item, column, at)
    }
  }

  /** Take what a name was changed to; null keeps it. */
  endRename(item: Item, name: string | null): void {
    this.view().editing = null
    if (item.kind === 'run' && name !== null) this.actions().rename(item.number, name)
    this.view().focus()
  }

  #isHandled(event: KeyboardEvent): boolean {
    const { active } = this.view()
    const hasMod = event.ctrlKey || event.metaKey
    if (active?.row === -1 && this.#isForHead(event, active)) return true
    if (active && active.row >= 0 && this.#isForRow(event, active)) return true
    if (event.key.toLowerCase() === 'a' && hasMod) {
      const { selected, items } = this.source()
      this.actions().select(allToggled(selected, items.runs()))
      return true
    }
    if (event.altKey) return false
    const { rows, columns, page } = this.#extent()
    if (rows === 0 && event.key !== 'ArrowUp') return false
    const to = moveOf(event.key, hasMod, active, { rows, columns, page })
    if (!to) return false
    const isVertical = to.row !== active?.row
    if (event.shiftKey && isVertical && to.row >= 0) {
      this.#begin(active?.row ?? to.row)
      this.#stretch(to.row)
    }
    this.view().activate(to, this.layout())
    return true
  }

  #isForRow(event: KeyboardEvent, active: Place): boolean {
    const item = this.source().items.at(active.row)
    if (!item) return false
    const hasMod = event.ctrlKey || event.metaKey
    switch (event.key) {
      case ' ':
        if (item.kind === 'group') this.actions().toggleGroup(item.group.key)
        else this.#select(active.row, event.shiftKey)
        return true
      case 'Enter':
        if (item.kind === 'group') this.actions().toggleGroup(item.group.key)
        else this.#open(item, hasMod)
        return true
      case 'F2':
        if (item.kind === 'run' && this.source().canRename) this.view().editing = item.number
        return true
      case 'ContextMenu':
      case 'F10':
        if (event.key === 'F10' && !event.shiftKey) return false
        this.#menu(active, item)
        return true
      default:
        return false
    }
  }

  #isForHead(event: KeyboardEvent, active: Place): boolean {
    const column = this.source().columns[active.column]
    if (!column) return false
    const by = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
    if (by !== 0 && event.altKey) {
      const to = Math.min(Math.max(0, active.column + by), this.source().columns.length - 1)
      this.actions().move(column.name, to)
      this.view().activate({ row: -1, column: to }, this.layout())
      return true
    }
    if (by !== 0 && event.shiftKey) {
      this.actions().resize(column.name, column.width + by * RESIZE_BY)
      return true
    }
    if (event.key === 'Enter' || event.key === ' ') {
      this.actions().sort(column.name, event.shiftKey)
      return true
    }
    if (event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey)) {
      this.#menu(active, null)
      return true
    }
    return false
  }

  #menu(active: Place, item: Item | null): void {
    const column = this.source().columns[active.column]
    const id = this.view().scroller?.getAttribute('aria-activedescendant')
    const box = id ? document.getElementById(id)?.getBoundingClientRect() : undefined
    if (!column || !box) return
    const at = { x: box.left + 8, y: box.bottom }
    if (item) this.actions().cellMenu(item, column, at)
    else this.actions().headMenu(column, at)
  }

  #select(row: number, isRange: boolean): void {
    const run = this.#runAt(row)
    if (run === undefined) return
    const { selected } = this.source()
    if (isRange) {
      this.#stretch(row)
      return
    }
    this.#anchor = row
    this.#end = row
    this.actions().select(toggled(selected, run))
  }

  /** Begin a range at a row, unless the one that there is ends there. */
  #begin(row: number): void {
    if (this.#end === row) return
    this.#anchor = row
    this.#end = row
  }

  /** Let the range go to another row. */
  #stretch(to: number): void {
    const { selected } = this.source()
    const at = (row: number): number | undefined => this.#runAt(row)
    this.actions().select(stretched(selected, at, this.#anchor, this.#end, to))
    this.#end = to
  }

  #open(item: Item, isNewTab: boolean): void {
    const row = item.kind === 'run' ? this.source().store.row(item.number) : undefined
    if (row?.id) this.actions().open(row.id, isNewTab)
  }

  #runAt(row: number): number | undefined {
    const item = this.source().items.at(row)
    return item?.kind === 'run' ? item.number : undefined
  }

  #under(target: Element): { source: GridSource; place: Place | null; item: Item | undefined } {
    const source = this.source()
    const row = target.closest<HTMLElement>('[data-r]')?.dataset.r
    const column = target.closest<HTMLElement>('[data-c]')?.dataset.c
    if (row === undefined) return { source, place: null, item: undefined }
    const place = { row: Number(row), column: column === undefined ? -1 : Number(column) }
    return { source, place, item: source.items.at(place.row) }
  }

  #extent(): { rows: number; columns: number; page: number } {
    const { height, rowHeight } = this.view()
    const { items, columns } = this.source()
    const page = Math.max(1, Math.floor(height / rowHeight) - 2)
    return { rows: items.count, columns: columns.length, page }
  }
}
