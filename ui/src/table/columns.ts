/** Columns of the table: what they are called, how wide they are, and in which order. Pure. */

import type { Known } from './completion'

/** A column as it is shown. */
export interface Column {
  /** As the hub names it, such as `metrics.loss.min`. */
  name: string
  /** Pixels; undefined is the width of its kind. */
  width?: number
  isPinned?: boolean
}

/** How the cells of a column are drawn. */
export type Drawn = 'status' | 'name' | 'time' | 'duration' | 'number' | 'claim' | 'text'

/** A column with all that drawing it needs. */
export interface ShownColumn extends Column {
  drawn: Drawn
  width: number
}

/** The numbers of a metric that a column can show. */
export const PARTS = ['last', 'min', 'max', 'best', 'mean', 'count'] as const
/** One of them. */
export type Part = (typeof PARTS)[number]

const NARROWEST = 40
const WIDEST = 1200
const WIDTHS: Record<Drawn, number> = {
  status: 44,
  name: 208,
  time: 104,
  duration: 104,
  number: 104,
  claim: 80,
  text: 120,
}
const FIELDS: Record<string, Drawn> = {
  status: 'status',
  name: 'name',
  created: 'time',
  started: 'time',
  ended: 'time',
  duration: 'duration',
  attempt: 'number',
  exit_code: 'number',
  oom_killed: 'claim',
  timed_out: 'claim',
  archived: 'claim',
}
const PART = new RegExp(`^(metrics\\..+)\\.(${PARTS.join('|')})$`)

/** Give a metric's name without the number of it, and which number that is. */
export function partOf(name: string): { metric: string; part: Part } | null {
  if (!name.startsWith('metrics.')) return null
  const match = PART.exec(name)
  if (!match) return { metric: name, part: 'last' }
  return { metric: match[1] ?? name, part: match[2] as Part }
}

/** Give the column of another number of the same metric. */
export function withPart(name: string, part: Part): string {
  const metric = partOf(name)?.metric ?? name
  return part === 'last' ? metric : `${metric}.${part}`
}

/** Give how the cells of a column are drawn. */
export function drawnAs(name: string, known?: Known): Drawn {
  const field = FIELDS[name]
  if (field) return field
  if (name.startsWith('metrics.')) return 'number'
  if (name.startsWith('params.') && known?.is_number) return 'number'
  return 'text'
}

/** Give what stands in a column's head: the name as it was logged, and which number of it. */
export function titleOf(name: string): { title: string; detail: string } {
  const metric = partOf(name)
  const plain = (metric?.metric ?? name).replace(/^(metrics|params|tags)\./, '')
  const title = plain.replace(/^`(.*)`$/, '$1')
  if (metric) return { title, detail: metric.part === 'last' ? '' : metric.part }
  return { title, detail: name.startsWith('tags.') ? 'tag' : '' }
}

/** Give a column's width in pixels. */
export function widthOf(column: Column, drawn: Drawn): number {
  return clampWidth(column.width ?? WIDTHS[drawn])
}

/** Keep a width between the narrowest and the widest. */
export function clampWidth(width: number): number {
  return Math.round(Math.min(WIDEST, Math.max(NARROWEST, width)))
}

/** Give the columns as they stand: the pinned ones first. */
export function inOrder(columns: readonly Column[]): Column[] {
  return [...columns.filter((one) => one.isPinned), ...columns.filter((one) => !one.isPinned)]
}

/** Move a column to where another one is; it is pinned if that one is. */
export function moved(columns: readonly Column[], name: string, to: number): Column[] {
  const all = inOrder(columns)
  const from = all.findIndex((one) => one.name === name)
  const target = all[Math.max(0, Math.min(to, all.length - 1))]
  const [column] = from < 0 ? [] : all.splice(from, 1)
  if (!column || !target) return all
  const isPinned = target === column ? column.isPinned : target.isPinned
  all.splice(Math.max(0, Math.min(to, all.length)), 0, { ...column, isPinned })
  return inOrder(all)
}

/** Change one column. */
export function changed(
  columns: readonly Column[],
  name: string,
  change: Partial<Column>,
): Column[] {
  return inOrder(columns.map((one) => (one.name === name ? { ...one, ...change } : one)))
}

/** Add a column at the end, or take it away. */
export function columnToggled(columns: readonly Column[], name: string): Column[] {
  const rest = columns.filter((one) => one.name !== name)
  return rest.length < columns.length ? rest : [...rest, { name }]
}
