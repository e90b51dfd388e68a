/** Confusion matrices as shares, and beside a reference. Pure. */

import type { Matrix } from './reading'

/** What a cell is a share of. */
export type Share = 'count' | 'row' | 'column' | 'all'

/** Give the cells as counts, or as shares of their row, their column or of all. */
export function sharesOf({ rows }: Matrix, share: Share): number[][] {
  if (share === 'count') return rows
  const all = sum(rows.flat())
  const columns = rows.map((_, i) => sum(rows.map((row) => row[i] ?? 0)))
  return rows.map((row) =>
    row.map((cell, i) => {
      const whole = share === 'row' ? sum(row) : share === 'column' ? (columns[i] ?? 0) : all
      return whole ? cell / whole : 0
    }),
  )
}

/** Give how much more is in each cell than in the reference's; null where the classes differ. */
export function beyond(one: Matrix, reference: Matrix, share: Share): number[][] | null {
  const places = one.labels.map((label) => reference.labels.indexOf(label))
  if (one.labels.length !== reference.labels.length || places.includes(-1)) return null
  const theirs = sharesOf(reference, share)
  return sharesOf(one, share).map((row, i) =>
    row.map((cell, j) => cell - (theirs[places[i] ?? 0]?.[places[j] ?? 0] ?? 0)),
  )
}

/** Give the share of all that lies on the diagonal. */
export function accuracyOf({ rows }: Matrix): number {
  const all = sum(rows.flat())
  return all ? sum(rows.map((row, i) => row[i] ?? 0)) / all : 0
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0)
}
