/**
 * A small random forest of regression trees. Pure, and the same for the same seed.
 *
 * Source: Breiman, Random Forests (2001), with all columns looked at in every split, since there
 * are few; categories are set in the order of their mean, which finds the best split of them.
 */

/** A column: numbers, or categories as places from 0. */
export interface Column {
  values: readonly number[]
  isCategory: boolean
}

interface Leaf {
  value: number
}

interface Split {
  column: number
  /** Whether a value of the column goes left. */
  goesLeft: (value: number) => boolean
  left: Tree
  right: Tree
}

type Tree = Leaf | Split

const MOST_DEPTH = 8
const LEAST_IN_LEAF = 2
/** So many places of a column are tried for a split. */
const MOST_CUTS = 32

/** A tree with the rows that it did not see. */
export interface Grown {
  tree: Tree
  unseen: readonly number[]
}

/** Give numbers from 0 to 1 that look random and are the same for the same seed (mulberry32). */
export function chanceOf(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

/** Grow trees, each of rows drawn with return. */
export function growForest(
  columns: readonly Column[],
  target: readonly number[],
  { trees, chance }: { trees: number; chance: () => number },
): Grown[] {
  const count = target.length
  return Array.from({ length: trees }, () => {
    const drawn = Array.from({ length: count }, () => Math.floor(chance() * count))
    const seen = new Set(drawn)
    const unseen = target.map((_, row) => row).filter((row) => !seen.has(row))
    return { tree: grow(columns, target, drawn, 0), unseen }
  })
}

/** Give what a tree expects of a row whose values are asked for by column. */
export function expected(tree: Tree, valueAt: (column: number) => number): number {
  let at = tree
  while ('left' in at) at = at.goesLeft(valueAt(at.column)) ? at.left : at.right
  return at.value
}

function grow(
  columns: readonly Column[],
  target: readonly number[],
  rows: readonly number[],
  depth: number,
): Tree {
  const leaf = { value: meanOf(target, rows) }
  if (depth >= MOST_DEPTH || rows.length < 2 * LEAST_IN_LEAF) return leaf
  const best = bestSplit(columns, target, rows)
  if (!best) return leaf
  const values = columns[best.column]?.values ?? []
  const left = rows.filter((row) => best.goesLeft(values[row] ?? NaN))
  const right = rows.filter((row) => !best.goesLeft(values[row] ?? NaN))
  return {
    ...best,
    left: grow(columns, target, left, depth + 1),
    right: grow(columns, target, right, depth + 1),
  }
}

interface Found {
  column: number
  goesLeft: (value: number) => boolean
  gain: number
}

function bestSplit(
  columns: readonly Column[],
  target: readonly number[],
  rows: readonly number[],
): Found | null {
  let best: Found | null = null
  columns.forEach((column, at) => {
    const found = splitOf(column, at, target, rows)
    if (found && (!best || found.gain > best.gain)) best = found
  })
  return best
}

/** Give the split of a column that leaves the least variance, as one sweep over its sorted rows. */
function splitOf(
  column: Column,
  at: number,
  target: readonly number[],
  rows: readonly number[],
): Found | null {
  const order = column.isCategory ? placesByMean(column, target, rows) : null
  const keyOf = (row: number): number => {
    const value = column.values[row] ?? NaN
    return order ? (order.get(value) ?? 0) : value
  }
  const sorted = [...rows].sort((a, b) => keyOf(a) - keyOf(b))
  const count = sorted.length
  const total = sorted.reduce((sum, row) => sum + (target[row] ?? 0), 0)
  const stride = Math.max(1, Math.floor(count / MOST_CUTS))
  let sum = 0
  let gain = 1e-12
  let cut: number | null = null
  for (let i = 1; i < count; i++) {
    sum += target[sorted[i - 1] ?? 0] ?? 0
    const below = keyOf(sorted[i - 1] ?? 0)
    const above = keyOf(sorted[i] ?? 0)
    const isPlace = below < above && (order !== null || i % stride === 0 || count < MOST_CUTS * 4)
    if (!isPlace || i < LEAST_IN_LEAF || count - i < LEAST_IN_LEAF) continue
    const now = sum ** 2 / i + (total - sum) ** 2 / (count - i) - total ** 2 / count
    if (now > gain) {
      gain = now
      cut = (below + above) / 2
    }
  }
  if (cut === null) return null
  const limit = cut
  const goesLeft = (value: number): boolean => (order ? (order.get(value) ?? 0) : value) <= limit
  return { column: at, goesLeft, gain }
}

function placesByMean(
  column: Column,
  target: readonly number[],
  rows: readonly number[],
): Map<number, number> {
  const sums = new Map<number, [sum: number, count: number]>()
  for (const row of rows) {
    const value = column.values[row] ?? NaN
    const [sum, count] = sums.get(value) ?? [0, 0]
    sums.set(value, [sum + (target[row] ?? 0), count + 1])
  }
  const means = [...sums].map(([value, [sum, count]]) => [value, sum / count] as const)
  return new Map(means.sort((a, b) => a[1] - b[1]).map(([value], place) => [value, place]))
}

function meanOf(target: readonly number[], rows: readonly number[]): number {
  return rows.reduce((sum, row) => sum + (target[row] ?? 0), 0) / rows.length
}
