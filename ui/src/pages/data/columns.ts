/** Words for the columns of a table's profile. Pure. */

import type { Schemas } from '../../api/client'
import { number, percent } from '../../format/numbers'
import { bytes } from '../../format/sizes'

type Column = Schemas['ColumnProfile']

/** Say how many cells are missing. */
export function missingText({ missing, count }: Column): string {
  if (missing === 0) return 'none'
  return `${missing.toLocaleString('en')} (${percent(missing / Math.max(count, 1))})`
}

/** Say how many different values there are. */
export function distinctText({ distinct, is_distinct_exact }: Column): string {
  return `${distinct.toLocaleString('en')}${is_distinct_exact ? '' : ' or more'}`
}

/** Say what stands in a bar of a column's histogram. */
export function barText({ spread }: Column, place: number): string {
  const edges = spread?.histogram.edges ?? []
  const counts = spread?.histogram.counts ?? []
  const from = number(edges[place])
  const to = number(edges[place + 1])
  return `${from} to ${to}: ${(counts[place] ?? 0).toLocaleString('en')}`
}

/** Say between which lengths texts are. */
export function lengthText({ shortest, longest }: Column): string {
  if (shortest === null || longest === null) return ''
  return shortest === longest ? `${shortest} characters` : `${shortest} to ${longest} characters`
}

/** Say how much of a table was read. */
export function readText({ rows, is_whole, total_rows }: Schemas['TableProfile']): string {
  const read = rows.toLocaleString('en')
  if (is_whole) return rows === 1 ? 'of its 1 row' : `of all ${read} rows`
  const all = total_rows === null ? '' : ` of ${total_rows.toLocaleString('en')}`
  return `of the first ${read} rows${all}`
}

/** Say between which sizes files are. */
export function sizeText({ from_bytes, to_bytes, files }: Schemas['SizeBin']): string {
  return `${bytes(from_bytes)} to ${bytes(to_bytes)}: ${files.toLocaleString('en')}`
}
