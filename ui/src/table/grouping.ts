/** Rows of a table whose runs may stand in groups that open and close. Pure. */

import type { Schemas } from '../api/client'

/** A group of runs, as the hub gives it. */
export type Group = Schemas['Group']

/** One row: a run, or the head of a group. */
export type Item =
  | { kind: 'run'; number: number; level: number; group: Group | null }
  | { kind: 'group'; group: Group; isOpen: boolean }

/** All rows, without making each of them. */
export interface Items {
  readonly count: number
  at: (row: number) => Item | undefined
  /** The runs of all rows, in their order. */
  runs: () => readonly number[]
  /** The row of a run, -1 where it is not shown. */
  rowOf: (run: number) => number
}

/** Give rows of runs in no groups. */
export function plainItems(runs: readonly number[]): Items {
  return {
    count: runs.length,
    at(row) {
      const number = runs[row]
      return number === undefined ? undefined : { kind: 'run', number, level: 0, group: null }
    },
    runs: () => runs,
    rowOf: (run) => runs.indexOf(run),
  }
}

/**
 * Give rows of groups, below each that is open its runs.
 *
 * @param members the runs of open groups by key; a group that is not among them is closed
 */
export function groupedItems(
  groups: readonly Group[],
  members: ReadonlyMap<string, readonly number[]>,
): Items {
  const starts = [0]
  for (const group of groups) {
    starts.push((starts.at(-1) ?? 0) + 1 + (members.get(group.key)?.length ?? 0))
  }
  const runs = (): number[] => groups.flatMap((group) => [...(members.get(group.key) ?? [])])
  return {
    count: starts.at(-1) ?? 0,
    at(row) {
      const place = groupAt(starts, row)
      const group = groups[place]
      if (!group || row < 0) return undefined
      const within = row - (starts[place] ?? 0)
      if (within === 0) return { kind: 'group', group, isOpen: members.has(group.key) }
      const number = members.get(group.key)?.[within - 1]
      return number === undefined ? undefined : { kind: 'run', number, level: 1, group }
    },
    runs,
    rowOf(run) {
      for (const [place, group] of groups.entries()) {
        const within = members.get(group.key)?.indexOf(run) ?? -1
        if (within >= 0) return (starts[place] ?? 0) + 1 + within
      }
      return -1
    },
  }
}

/** Give a group's mean and deviation for reading: `0.91 ± 0.02`. */
export function spreadText(
  spread: { mean: number | null; deviation: number | null },
  write: (value: number) => string,
): string {
  if (spread.mean === null) return ''
  const mean = write(spread.mean)
  return spread.deviation ? `${mean} ± ${write(Number(spread.deviation.toPrecision(2)))}` : mean
}

/** Give what a group's runs share, in words: `lr 0.1, depth 4`. */
export function groupLabel(by: readonly string[], values: readonly unknown[]): string {
  return by
    .map((name, i) => `${name.replace(/^\w+\./, '').replace(/^`(.*)`$/, '$1')} ${shown(values[i])}`)
    .join(', ')
}

function shown(value: unknown): string {
  if (value === null || value === undefined) return '–'
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function groupAt(starts: readonly number[], row: number): number {
  let low = 0
  let high = starts.length - 2
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((starts[middle] ?? 0) <= row) low = middle
    else high = middle - 1
  }
  return low
}
