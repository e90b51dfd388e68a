/** Which columns are shown where nobody chose any. Pure. */

import type { Column } from './columns'
import type { Known } from './completion'

const OBJECTIVE = 'modelcompose.objective.'
const MOST_PARAMS = 8
const MOST_METRICS = 6
const LOOKED_AT = 40
const USUAL = 0.02

/** Give the columns that are shown whatever the runs have. */
export function firstColumns(isOfOneProject: boolean): Column[] {
  return [
    { name: 'status', isPinned: true },
    { name: 'name', isPinned: true },
    ...(isOfOneProject ? [] : [{ name: 'project' }]),
    { name: 'step' },
    { name: 'created' },
    { name: 'duration' },
  ]
}

/** Give the parameters that are worth looking at, the usual ones first. */
export function candidates(names: readonly Known[]): string[] {
  return usual(names, 'params').slice(0, LOOKED_AT)
}

/** Give the metrics to show: those that count for the project, then the usual ones. */
export function metricsShown(
  names: readonly Known[],
  tags: Readonly<Record<string, string>>,
): string[] {
  const wanted = Object.keys(tags)
    .filter((tag) => tag.startsWith(OBJECTIVE))
    .map((tag) => tag.slice(OBJECTIVE.length))
  const metrics = usual(names, 'metrics')
  const counts = names.filter(
    (one) => one.kind === 'metrics' && wanted.some((name) => means(name, one.label)),
  )
  const found = new Set([...counts.map((one) => one.name), ...metrics])
  return [...found].slice(0, Math.max(MOST_METRICS, counts.length))
}

/**
 * Give the parameters that differ among some runs; all of the first where none does.
 *
 * @param rows the runs' values, in the order of `params`
 */
export function differing(
  params: readonly string[],
  rows: readonly (readonly unknown[])[],
): string[] {
  const found = params.filter((_, i) => {
    const first = JSON.stringify(rows[0]?.[i] ?? null)
    return rows.some((row) => JSON.stringify(row[i] ?? null) !== first)
  })
  return found.slice(0, MOST_PARAMS)
}

function usual(names: readonly Known[], kind: string): string[] {
  return names
    .filter((one) => one.kind === kind && (one.share ?? 0) >= USUAL)
    .sort((a, b) => (b.share ?? 0) - (a.share ?? 0) || a.label.length - b.label.length)
    .map((one) => one.name)
}

/** Tell whether an objective, which may begin with its step, means a metric. */
function means(objective: string, metric: string): boolean {
  return objective === metric || objective.slice(objective.indexOf('.') + 1) === metric
}
