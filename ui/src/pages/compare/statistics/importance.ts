/** Which parameters a metric hangs on: correlation, and importance by a forest. Pure. */

import { correlationRatio, mean, pearson, spearman } from './correlation'
import { chanceOf, expected, growForest, type Column, type Grown } from './forest'

/** A parameter with its value in each run; null where a run lacks it. */
export interface Parameter {
  name: string
  values: readonly (number | string | null)[]
  isCategory: boolean
}

/** What is known of a parameter. */
export interface Weight {
  name: string
  isCategory: boolean
  /** Runs that have the parameter and the metric. */
  runs: number
  /** Share of the importance of all, from 0 to 1. */
  importance: number
  pearson: number | null
  spearman: number | null
  /** Of a category: from 0 to 1, without a sign. */
  eta: number | null
}

/** The answer. */
export interface Weighed {
  weights: Weight[]
  /** How many runs have the metric. */
  runs: number
  /** Share of the variance of runs it did not see that the forest explains; null of too few. */
  explained: number | null
}

/** Below so many runs there is no forest. */
export const LEAST_RUNS = 8
const TREES = 80
const TURNS = 3
const SEED = 20_240_611

/** Weigh parameters for a metric. */
export function weigh(
  parameters: readonly Parameter[],
  metric: readonly (number | null)[],
): Weighed {
  const rows = metric.flatMap((value, row) => (value === null ? [] : [row]))
  const target = rows.map((row) => metric[row] ?? 0)
  const changing = parameters.filter(
    (one) => new Set(rows.map((row) => one.values[row] ?? null)).size > 1,
  )
  const { shares, explained } =
    rows.length >= LEAST_RUNS && new Set(target).size > 1
      ? importances(
          changing.map((one) => columnOf(one, rows)),
          target,
        )
      : { shares: changing.map(() => 0), explained: null }
  const weights = changing.map((one, i) => ({
    ...correlations(one, rows, target),
    importance: shares[i] ?? 0,
  }))
  weights.sort((a, b) => b.importance - a.importance || strength(b) - strength(a))
  return { weights, runs: rows.length, explained }
}

/** Give how strong a correlation is, whichever way it goes. */
export function strength(weight: Weight): number {
  return weight.eta ?? Math.abs(weight.spearman ?? 0)
}

function correlations(
  one: Parameter,
  rows: readonly number[],
  target: readonly number[],
): Omit<Weight, 'importance'> {
  const known = rows.flatMap((row, i) => {
    const value = one.values[row] ?? null
    return value === null ? [] : [{ value, y: target[i] ?? 0 }]
  })
  const y = known.map((pair) => pair.y)
  const { name, isCategory } = one
  const base = { name, isCategory, runs: known.length }
  if (isCategory) {
    const eta = correlationRatio(
      known.map((pair) => String(pair.value)),
      y,
    )
    return { ...base, pearson: null, spearman: null, eta }
  }
  const x = known.map((pair) => Number(pair.value))
  return { ...base, pearson: pearson(x, y), spearman: spearman(x, y), eta: null }
}

/** Give a column for the forest: what a run lacks is a category, or the middle of the numbers. */
function columnOf(one: Parameter, rows: readonly number[]): Column {
  const found = rows.map((row) => one.values[row] ?? null)
  if (one.isCategory) {
    const words = [...new Set(found.map(String))].sort()
    return { values: found.map((value) => words.indexOf(String(value))), isCategory: true }
  }
  const known = found.filter((value) => value !== null).map(Number)
  const middle = [...known].sort((a, b) => a - b)[Math.floor(known.length / 2)] ?? 0
  return { values: found.map((v) => (v === null ? middle : Number(v))), isCategory: false }
}

/** Permutation importance over the rows that each tree did not see. */
function importances(
  columns: readonly Column[],
  target: readonly number[],
): { shares: number[]; explained: number | null } {
  const chance = chanceOf(SEED)
  const forest = growForest(columns, target, { trees: TREES, chance })
  const losses = columns.map((_, at) => {
    let worse = 0
    for (const grown of forest) {
      const plain = errorOf(grown, columns, target)
      for (let turn = 0; turn < TURNS; turn++) {
        worse += errorOf(grown, columns, target, at, shuffled(grown.unseen, chance)) - plain
      }
    }
    return Math.max(0, worse)
  })
  const total = losses.reduce((sum, one) => sum + one, 0)
  return {
    shares: losses.map((one) => (total > 0 ? one / total : 0)),
    explained: explainedBy(forest, columns, target),
  }
}

function errorOf(
  { tree, unseen }: Grown,
  columns: readonly Column[],
  target: readonly number[],
  mixed = -1,
  instead: readonly number[] = [],
): number {
  let sum = 0
  unseen.forEach((row, i) => {
    const told = expected(
      tree,
      (at) => columns[at]?.values[at === mixed ? (instead[i] ?? row) : row] ?? 0,
    )
    sum += (told - (target[row] ?? 0)) ** 2
  })
  return unseen.length ? sum / unseen.length : 0
}

function explainedBy(
  forest: readonly Grown[],
  columns: readonly Column[],
  target: readonly number[],
): number | null {
  const told = target.map((): number[] => [])
  for (const { tree, unseen } of forest) {
    for (const row of unseen) {
      told[row]?.push(expected(tree, (at) => columns[at]?.values[row] ?? 0))
    }
  }
  const rows = target.flatMap((_, row) => (told[row]?.length ? [row] : []))
  const middle = mean(rows.map((row) => target[row] ?? 0))
  const left = rows.reduce((sum, row) => sum + (mean(told[row] ?? []) - (target[row] ?? 0)) ** 2, 0)
  const all = rows.reduce((sum, row) => sum + ((target[row] ?? 0) - middle) ** 2, 0)
  return all > 0 ? 1 - left / all : null
}

function shuffled(rows: readonly number[], chance: () => number): number[] {
  const found = [...rows]
  for (let i = found.length - 1; i > 0; i--) {
    const other = Math.floor(chance() * (i + 1))
    ;[found[i], found[other]] = [found[other] ?? 0, found[i] ?? 0]
  }
  return found
}
