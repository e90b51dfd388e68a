/** Choosing runs, one by one and in ranges. Pure: each gives a new set. */

/** Add a run, or take it out. */
export function toggled(chosen: ReadonlySet<number>, run: number): Set<number> {
  const next = new Set(chosen)
  if (!next.delete(run)) next.add(run)
  return next
}

/** Add runs, or take all of them out where all are chosen already. */
export function allToggled(chosen: ReadonlySet<number>, runs: readonly number[]): Set<number> {
  const next = new Set(chosen)
  const isWhole = runs.every((run) => next.has(run))
  for (const run of runs) {
    if (isWhole) next.delete(run)
    else next.add(run)
  }
  return next
}

/**
 * Move the end of a range: what the old range chose goes, what the new one holds comes.
 *
 * @param at gives the run of a row; undefined where a row is none, such as a group's
 */
export function stretched(
  chosen: ReadonlySet<number>,
  at: (row: number) => number | undefined,
  anchor: number,
  before: number,
  now: number,
): Set<number> {
  const next = new Set(chosen)
  for (const run of between(at, anchor, before)) next.delete(run)
  for (const run of between(at, anchor, now)) next.add(run)
  return next
}

/** Tell how many of some runs are chosen. */
export function share(
  chosen: ReadonlySet<number>,
  runs: readonly number[],
): 'all' | 'some' | 'none' {
  if (chosen.size === 0 || runs.length === 0) return 'none'
  let count = 0
  for (const run of runs) if (chosen.has(run)) count += 1
  return count === 0 ? 'none' : count === runs.length ? 'all' : 'some'
}

function between(at: (row: number) => number | undefined, first: number, second: number): number[] {
  const found: number[] = []
  for (let row = Math.min(first, second); row <= Math.max(first, second); row++) {
    const run = at(row)
    if (run !== undefined) found.push(run)
  }
  return found
}
