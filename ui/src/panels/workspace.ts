/**
 * The whole state of a charts workspace, and its form in a query string. Pure.
 *
 * Keys are short and have a prefix, so that they stand beside those of the table:
 *
 * | key | has |
 * | --- | --- |
 * | `q` | the search |
 * | `o` | options of all panels |
 * | `p` | `PANEL*.OPTIONS` of one panel |
 * | `m` | `PANEL*.SECTION*.BEFORE` of one that was moved |
 * | `j` | `PANEL*.METRIC*.…` of one that holds other metrics too |
 * | `z` | `PANEL*.2x8` of one that was resized |
 * | `h`, `k`, `t` | a panel that is hidden, a section that is closed, a panel shown as a table |
 * | `n` | the number of columns |
 * | `f` | the panel in full screen |
 *
 * What is not known, or does not fit, is left out, so that old links keep working.
 */

import { packOptions, unpackOptions, withDefaults, type ChartOptions } from '../charts/options'
import { fittingSize, MOST_COLUMNS, NO_LAYOUT, type Layout, type Move, type Size } from './layout'
import { packOwn, unpackOwn, type OwnOptions } from './own-options'

/** What a user sees and chose. */
export interface Workspace {
  search: string
  options: ChartOptions
  own: Readonly<Record<string, OwnOptions>>
  layout: Layout
  /** Panels that show values instead of lines. */
  tables: readonly string[]
  /** The panel in full screen. */
  open: string | null
}

/** A workspace without any choice. */
export const NO_CHOICE: Workspace = {
  search: '',
  options: withDefaults(),
  own: {},
  layout: NO_LAYOUT,
  tables: [],
  open: null,
}

/** Values of a query's keys; null for those that are not there. */
export type Written = Record<string, string | string[] | null>

const KEYS = ['q', 'o', 'p', 'm', 'j', 'z', 'h', 'k', 't', 'n', 'f'] as const

/** Put names together so that `namesOf` gives them again; nothing in it needs escaping in a query. */
export function joinNames(names: readonly string[]): string {
  return names.map((name) => name.replaceAll('*', '*-')).join('*.')
}

/** Give the names that were put together. */
export function namesOf(text: string): string[] {
  return text.split('*.').map((name) => name.replaceAll('*-', '*'))
}

/** Give the workspace's part of a query alone, the same for the same state. */
export function ownText(query: URLSearchParams, prefix: string): string {
  const own = new URLSearchParams()
  for (const key of KEYS) {
    for (const value of query.getAll(prefix + key)) own.append(prefix + key, value)
  }
  return own.toString()
}

/** Read a workspace from a query. */
export function readWorkspace(query: URLSearchParams, prefix: string): Workspace {
  const one = (key: (typeof KEYS)[number]) => query.get(prefix + key) ?? ''
  const all = (key: (typeof KEYS)[number]) => query.getAll(prefix + key).filter(Boolean)
  const named = (key: (typeof KEYS)[number]) => all(key).map(namesOf)
  return {
    search: one('q'),
    options: unpackOptions(one('o')),
    own: Object.fromEntries(
      named('p').map(([panel = '', ...rest]) => [panel, unpackOwn(rest.join('*.'))]),
    ),
    layout: {
      moves: named('m').flatMap(moveOf),
      joins: Object.fromEntries(
        named('j').flatMap(([panel = '', ...others]) => (others.length ? [[panel, others]] : [])),
      ),
      sizes: Object.fromEntries(named('z').flatMap(sizeOf)),
      hidden: all('h'),
      closed: query.getAll(`${prefix}k`),
      columns: columnsOf(one('n')),
    },
    tables: all('t'),
    open: one('f') || null,
  }
}

/** Give what a query says of a workspace: every key, those of no choice with null. */
export function writeWorkspace(space: Workspace, prefix: string): Written {
  const { layout } = space
  const values: Record<(typeof KEYS)[number], string | readonly string[] | null> = {
    q: space.search,
    o: packOptions(space.options),
    p: Object.entries(space.own).map(([panel, own]) => joinNames([panel, packOwn(own)])),
    m: layout.moves.map(({ panel, section, before }) =>
      joinNames(before === null ? [panel, section] : [panel, section, before]),
    ),
    j: Object.entries(layout.joins).map(([panel, others]) => joinNames([panel, ...others])),
    z: Object.entries(layout.sizes).map(([panel, { width, height }]) =>
      joinNames([panel, `${width}x${height}`]),
    ),
    h: layout.hidden,
    k: layout.closed,
    t: space.tables,
    n: layout.columns ? String(layout.columns) : null,
    f: space.open,
  }
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [
      prefix + key,
      value?.length ? (typeof value === 'string' ? value : [...value]) : null,
    ]),
  )
}

function moveOf([panel = '', section, before]: string[]): Move[] {
  return panel && section !== undefined ? [{ panel, section, before: before ?? null }] : []
}

function sizeOf([panel = '', text = '']: string[]): [string, Size][] {
  const found = /^(\d{1,2})x(\d{1,2})$/.exec(text)
  if (!found) return []
  return [[panel, fittingSize({ width: Number(found[1]), height: Number(found[2]) })]]
}

function columnsOf(text: string): number {
  const count = Number(text)
  return Number.isInteger(count) && count >= 1 && count <= MOST_COLUMNS ? count : 0
}
