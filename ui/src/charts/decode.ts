/** The binary answer of `GET /api/v1/series/columns`, whose columns become arrays without a copy. */

import type { Block } from './block'

interface Told {
  run: string
  name: string
  kind: 'points' | 'buckets'
  level: number
  count: number
  size: number
  /** Where each column begins; of series that share one, at the same place. */
  at: number[]
  start: number | null
  end: number | null
  first: number
  last: number
  total: number
}

interface Header {
  axis: string
  points: string[]
  buckets: string[]
  series: Told[]
}

const LENGTH_BYTES = 4

/** Give the blocks of an answer, by the level that was asked for, null for none. */
export function decodeColumns(answer: ArrayBuffer, asked: number | null): Block[] {
  const length = new DataView(answer).getUint32(0, true)
  const text = new TextDecoder().decode(new Uint8Array(answer, LENGTH_BYTES, length))
  const header = JSON.parse(text) as Header
  const begin = LENGTH_BYTES + length
  const columns = new Map<number, Float64Array>()
  const columnAt = (at: number, size: number): Float64Array => {
    const known = columns.get(at)
    if (known?.length === size) return known
    const column = new Float64Array(answer, begin + at, size)
    columns.set(at, column)
    return column
  }
  return header.series.map((told) => blockOf(columnAt, header, told, asked))
}

function blockOf(
  columnAt: (at: number, size: number) => Float64Array,
  header: Header,
  told: Told,
  asked: number | null,
): Block {
  const names = told.kind === 'points' ? header.points : header.buckets
  const column = (name: string) => columnAt(told.at[names.indexOf(name)] ?? 0, told.size)
  const shared = {
    run: told.run,
    metric: told.name,
    kind: told.kind,
    level: told.level,
    // Without a level it was as fine as the width wanted: that may be one finer, as it is counted.
    asked: asked ?? told.level - 1,
    count: told.count,
    start: told.start ?? -Infinity,
    end: told.end ?? Infinity,
    first: told.first,
    last: told.last,
    total: told.total,
  }
  if (told.kind === 'points') {
    const x = column('x')
    const low = column('values')
    return {
      ...shared,
      x,
      firstX: x,
      middle: x,
      low,
      high: low,
      mean: low,
      lastValue: low,
      counts: null,
    }
  }
  const x = column('last_x')
  const firstX = column('first_x')
  return {
    ...shared,
    x,
    firstX,
    middle: firstX.map((first, i) => (first + (x[i] ?? first)) / 2),
    low: column('lows'),
    high: column('highs'),
    mean: column('means'),
    lastValue: column('lasts'),
    counts: column('counts'),
  }
}
