/** What became of files and tables, in words. Pure. */

import type { Schemas } from '../../api/client'
import { bytes } from '../../format/sizes'

type Change = Schemas['Change']

/** Give a file's size, or both where it changed. */
export function sizesText({ old_size_bytes: old, new_size_bytes: now }: Change): string {
  if (typeof old === 'number' && typeof now === 'number' && old !== now) {
    return `${bytes(old)} → ${bytes(now)}`
  }
  return bytes(now ?? old)
}

/** Say what became of a table's rows and columns; empty where nobody looked. */
export function tableText(table: Change['table']): string {
  if (!table) return ''
  const { old_rows: old, new_rows: now } = table
  const isBoth = typeof old === 'number' && typeof now === 'number' && old !== now
  const rows = isBoth ? `${count(old)} → ${count(now)} rows` : `${count(now ?? old ?? 0)} rows`
  const columns = [
    ...(table.columns_added ?? []).map((name) => `+${name}`),
    ...(table.columns_removed ?? []).map((name) => `−${name}`),
    ...(table.types_changed ?? []).map((one) => `${one.name}: ${one.old} → ${one.new}`),
  ]
  const more = columns.length - 8
  if (more > 0) columns.splice(8, more, `${more} more`)
  return columns.length ? `${rows}; columns ${columns.join(', ')}` : rows
}

/** Say how much changed, such as `2 added, 1 changed`. */
export function countsText(counts: Schemas['ChangeCounts']): string {
  const kinds = ['added', 'changed', 'removed', 'renamed'] as const
  const words = kinds
    .filter((kind) => counts[kind])
    .map((kind) => `${count(counts[kind] ?? 0)} ${kind}`)
  return words.join(', ') || 'nothing differs'
}

/** Give a count with its thousands apart. */
export function count(value: number): string {
  return value.toLocaleString('en')
}
