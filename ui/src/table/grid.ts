/** What a grid shows and what it may ask for: the page gives it. */

import type { Group, Item, Items } from './grouping'
import type { Layout, Placed } from './view.svelte'
import type { ShownColumn } from './columns'
import type { CellStore } from './store.svelte'

/** A mean and its deviation. */
export type Spread = Group['numbers'][number]

/** Where a menu was asked for. */
export interface MenuPlace {
  x: number
  y: number
}

/** What a grid shows. */
export interface GridSource {
  label: string
  columns: readonly ShownColumn[]
  items: Items
  store: CellStore
  sort: readonly string[]
  selected: ReadonlySet<number>
  /** Whether each run has the mark of its colour. */
  hasColours: boolean
  /** Whether names may be changed here. */
  canRename: boolean
  /** What groups are by, and which numbers they sum up. */
  by: readonly string[]
  of: readonly string[]
  isLoading: boolean
  colour: (run: number, group: string | null) => string | null
  groupColour: (key: string) => string
  isHidden: (item: Item) => boolean
}

/** What the user does in a grid. */
export interface GridActions {
  sort: (name: string, isAlso: boolean) => void
  select: (runs: ReadonlySet<number>) => void
  open: (id: string, isNewTab: boolean) => void
  toggleGroup: (key: string) => void
  toggleHidden: (item: Item) => void
  resize: (name: string, width: number) => void
  move: (name: string, to: number) => void
  rename: (run: number, name: string) => void
  headMenu: (column: ShownColumn, at: MenuPlace) => void
  cellMenu: (item: Item, column: ShownColumn, at: MenuPlace) => void
  /** The last rows came into view. */
  nearEnd: () => void
}

/** What each row is drawn with. */
export interface RowFrame {
  layout: Layout
  seen: readonly Placed[]
  gutter: number
  rowHeight: number
  /** What ids of cells begin with. */
  id: string
}

/** Give the id of a cell, for `aria-activedescendant`. */
export function cellId(id: string, row: number, column: number): string {
  return `${id}-${row}-${column}`
}
