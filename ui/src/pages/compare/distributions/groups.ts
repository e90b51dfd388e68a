/** Runs grouped by a parameter, for box plots. Pure. */

import { numberOf, wordOf, type Field, type Point } from '../points/fields'
import { boxOf, quantile, type Box } from '../statistics/quartiles'
import { number } from '../../../format/numbers'

/** A run with its number. */
export interface Member {
  point: Point
  value: number
  /** Pixels beside the middle, so that equal ones are seen. */
  shift: number
}

/** Runs with one value of a parameter, or in one range of it. */
export interface Group {
  label: string
  members: Member[]
  box: Box
}

/** So many values of a number are groups of their own; more are cut into ranges. */
const MOST_VALUES = 10
const RANGES = 5
const SHIFTS = [0, -8, 8, -16, 16]

type Pair = Omit<Member, 'shift'>

/** Group runs by a parameter: by its values, or by ranges with equally many runs. */
export function groupsBy(by: Field | undefined, pairs: readonly Pair[]): Group[] {
  if (!by) return asGroups([{ label: 'all runs', pairs }])
  const isRanged = by.kind === 'number' && by.distinct > MOST_VALUES
  return asGroups(isRanged ? ranges(by, pairs) : values(by, pairs))
}

interface Part {
  label: string
  pairs: readonly Pair[]
}

function asGroups(parts: readonly Part[]): Group[] {
  return parts.flatMap(({ label, pairs }) => {
    const box = boxOf(pairs.map((pair) => pair.value))
    const members = pairs.map((pair, i) => ({ ...pair, shift: SHIFTS[i % SHIFTS.length] ?? 0 }))
    return box ? [{ label, members, box }] : []
  })
}

function values(by: Field, pairs: readonly Pair[]): Part[] {
  const found = new Map<string, Pair[]>()
  for (const pair of pairs) {
    const word = wordOf(pair.point.values[by.key]) ?? 'none'
    found.set(word, [...(found.get(word) ?? []), pair])
  }
  const parts = [...found].map(([label, inside]) => ({ label, pairs: inside }))
  return parts.sort((a, b) =>
    a.label === 'none' ? 1 : b.label === 'none' ? -1 : compare(a.label, b.label),
  )
}

function compare(a: string, b: string): number {
  const [one, other] = [numberOf(a), numberOf(b)]
  return one !== null && other !== null ? one - other : a.localeCompare(b)
}

function ranges(by: Field, pairs: readonly Pair[]): Part[] {
  const at = (pair: Pair): number | null => numberOf(pair.point.values[by.key])
  const sorted = pairs.flatMap((pair) => at(pair) ?? []).sort((a, b) => a - b)
  const edges = Array.from({ length: RANGES + 1 }, (_, i) => quantile(sorted, i / RANGES))
  const kept = edges.filter((edge, i) => i === 0 || edge > (edges[i - 1] ?? edge))
  const parts = kept.slice(1).map((to, i) => {
    const from = kept[i] ?? to
    const inside = pairs.filter((pair) => {
      const value = at(pair)
      return value !== null && (i === 0 ? value >= from : value > from) && value <= to
    })
    return { label: `${number(from, 3)} – ${number(to, 3)}`, pairs: inside }
  })
  const none = pairs.filter((pair) => at(pair) === null)
  return none.length ? [...parts, { label: 'none', pairs: none }] : parts
}
