/** What the parts of a workspace share. */

import { getContext, setContext } from 'svelte'
import type { Drag } from './drag.svelte'
import type { Values } from './known.svelte'
import type { Panel, UsualSize } from './layout'
import type { Near } from './near.svelte'
import type { Metric, PanelRun } from './panel-run'
import type { Search } from './search'
import type { Sections } from './sections'
import type { Space } from './space.svelte'

/** A workspace, as its parts see it. */
export interface Desk {
  readonly runs: readonly PanelRun[]
  /** Of the runs, joined by commas: the same for the same runs. */
  readonly ids: string
  /** Whether charts draw what runs write now. */
  readonly isLive: boolean
  /** By name. */
  readonly metrics: ReadonlyMap<string, Metric>
  /** Where names alone put the panels. */
  readonly names: Sections
  /** Where they are, with those that the search leaves out. */
  readonly panels: ReadonlyMap<string, readonly Panel[]>
  readonly search: Search
  /** How many columns there are, and how wide one is with its gap, in pixels. */
  readonly columns: number
  readonly columnPx: number
  /** Grows when runs have written. */
  readonly turn: number
  /** The key that charts share cursor and range by. */
  readonly sync: string
  readonly space: Space
  readonly drag: Drag
  readonly near: Near
  readonly values: Values
  /** How large a panel of some metrics is by itself. */
  usualSize: UsualSize
  /** Tell those who do not see it. */
  say: (text: string) => void
}

const KEY = Symbol('desk')

/** Share a workspace with the components below. */
export function setDesk(desk: Desk): void {
  setContext(KEY, desk)
}

/** Give the workspace of this component. */
export function getDesk(): Desk {
  return getContext<Desk>(KEY)
}

/** The height of a row of the grid, and the gap between rows and columns, in pixels. */
export const ROW_PX = 40
/** See `ROW_PX`. */
export const GAP_PX = 12
