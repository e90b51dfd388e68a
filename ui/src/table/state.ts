/** The state of the table as the query of an address, and back. Pure. */

import type { Column } from './columns'
import { readNumbers, writeNumbers } from './ranges'

/** Which of the archived runs are shown. */
export type Archived = 'hide' | 'all' | 'only'

/** Everything that a link tells. */
export interface TableState {
  filter: string
  /** Names, `-` before one for the largest first. */
  sort: string[]
  /** What runs are grouped by. */
  group: string[]
  /** Keys of the groups that are open. */
  open: string[]
  /** Null for those that fit the runs. */
  columns: Column[] | null
  archived: Archived
  /** Numbers of runs. */
  selected: ReadonlySet<number>
  /** Runs that the charts leave out. */
  hidden: ReadonlySet<number>
  /** Keys of groups that the charts leave out. */
  hiddenGroups: string[]
  /** Percent of the width that the charts have; null where they are closed. */
  charts: number | null
}

/** The keys of an address that are the table's. */
export const KEYS = [
  'filter',
  'sort',
  'group',
  'open',
  'columns',
  'archived',
  'selected',
  'hidden',
  'hidden-group',
  'charts',
] as const

/** A table that nobody changed. */
export const PLAIN: TableState = {
  filter: '',
  sort: [],
  group: [],
  open: [],
  columns: null,
  archived: 'hide',
  selected: new Set(),
  hidden: new Set(),
  hiddenGroups: [],
  charts: null,
}

const LEAST_PERCENT = 15
const MOST_PERCENT = 85
const MOST_COLUMNS = 1000
const MOST_NAMES = 20

/** Read a state; what nobody wrote is as in `PLAIN`. */
export function readState(query: URLSearchParams): TableState {
  const archived = query.get('archived')
  const columns = query.get('columns')
  return {
    filter: query.get('filter') ?? '',
    sort: query.getAll('sort').slice(0, MOST_NAMES),
    group: query.getAll('group').slice(0, MOST_NAMES),
    open: query.getAll('open'),
    columns: columns === null ? null : readColumns(columns),
    archived: archived === 'all' || archived === 'only' ? archived : 'hide',
    selected: readNumbers(query.get('selected')),
    hidden: readNumbers(query.get('hidden')),
    hiddenGroups: query.getAll('hidden-group'),
    charts: readPercent(query.get('charts')),
  }
}

/** Write a state as the values of `KEYS`; null for what is as in `PLAIN`. */
export function writeState(
  state: TableState,
): Record<(typeof KEYS)[number], string | string[] | null> {
  return {
    filter: state.filter || null,
    sort: some(state.sort),
    group: some(state.group),
    open: some(state.open),
    columns: state.columns && writeColumns(state.columns),
    archived: state.archived === 'hide' ? null : state.archived,
    selected: writeNumbers(state.selected),
    hidden: writeNumbers(state.hidden),
    'hidden-group': some(state.hiddenGroups),
    charts: state.charts === null ? null : String(state.charts),
  }
}

/** Write columns: `*` before those that are pinned, `~` and pixels after those of another width. */
export function writeColumns(columns: readonly Column[]): string {
  return columns
    .map(({ name, width, isPinned }) => {
      const own = name.replace(/[\\,~*]/g, '\\$&')
      return `${isPinned ? '*' : ''}${own}${width === undefined ? '' : `~${width}`}`
    })
    .join(',')
}

/** Read what `writeColumns` wrote; a name that stands there twice is read once. */
export function readColumns(text: string): Column[] {
  const found = new Map<string, Column>()
  for (const [, star, own = '', , width] of text.matchAll(
    /(?<![^,])(\*?)((?:\\.|[^\\,~*])+)(~(\d{1,4}))?(?:,|$)/g,
  )) {
    if (found.size === MOST_COLUMNS) break
    const name = own.replace(/\\(.)/g, '$1')
    const column: Column = { name }
    if (width) column.width = Number(width)
    if (star) column.isPinned = true
    if (!found.has(name)) found.set(name, column)
  }
  return [...found.values()]
}

/** Sort by one name alone: the smallest first, then the largest, then not. */
export function sortedBy(sort: readonly string[], name: string): string[] {
  if (sort.length === 1 && sort[0] === name) return [`-${name}`]
  if (sort.length === 1 && sort[0] === `-${name}`) return []
  return [name]
}

/** Sort by a name after the others, or turn it round, or take it out. */
export function sortedAlso(sort: readonly string[], name: string): string[] {
  if (sort.includes(name)) return sort.map((one) => (one === name ? `-${name}` : one))
  if (sort.includes(`-${name}`)) return sort.filter((one) => one !== `-${name}`)
  return [...sort, name]
}

function readPercent(text: string | null): number | null {
  const value = Number(text)
  if (text === null || text === '' || !Number.isFinite(value)) return null
  return Math.round(Math.min(MOST_PERCENT, Math.max(LEAST_PERCENT, value)))
}

function some(values: readonly string[]): string[] | null {
  return values.length ? [...values] : null
}
