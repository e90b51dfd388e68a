/** Differences of runs as a table: sections, deltas to a reference, the best. Pure. */

import type { Schemas } from '../../../api/client'

/** One thing in each of the runs. */
export type Line = Schemas['Line']

/** Which way a metric is better. */
export type Way = 'max' | 'min'

/** Lines of one kind. */
export interface Section {
  kind: string
  title: string
  lines: Line[]
  /** How many are the same in all runs. */
  equal: number
}

const TITLES: readonly (readonly [kind: string, title: string])[] = [
  ['param', 'Parameters'],
  ['metric', 'Metrics'],
  ['field', 'Run'],
  ['code', 'Code'],
  ['environment', 'Environment'],
  ['image', 'Image'],
  ['package', 'Installed packages'],
  ['definition', 'Command and mounts'],
  ['input', 'Inputs'],
  ['output', 'Outputs'],
]

/** Sections that tell what `code`, `environment` and `image` tell in parts. */
const IN_PARTS = new Set(['environment'])

const DOWN =
  /loss|err(or)?\b|rmse|mae\b|mse\b|mape|perplexity|latency|brier|log_?loss|deviance|\bfid\b|(^|[/_.])(wer|cer|nll|ece|time|duration)($|[/_.])/i
const UP =
  /acc(uracy)?\b|auc|\bf1|f_?beta|precision|recall|\br2|score|\bmap\b|\biou\b|dice|bleu|rouge|reward|throughput|kappa|mcc|sensitivity|specificity/i

/** Give the sections that have lines. */
export function sectionsOf(lines: readonly Line[], onlyDiffering: boolean): Section[] {
  return TITLES.flatMap(([kind, title]) => {
    const inside = lines.filter((line) => line.kind === kind && !isToldElsewhere(line))
    const equal = inside.filter((line) => !line.differs).length
    const shown = onlyDiffering ? inside.filter((line) => line.differs) : inside
    return inside.length ? [{ kind, title, lines: shown, equal }] : []
  })
}

function isToldElsewhere(line: Line): boolean {
  return line.kind === 'definition' && IN_PARTS.has(line.name)
}

/** Give which way a metric is better: as the user says, the project's objective, else its name. */
export function wayOf(
  name: string,
  said: ReadonlyMap<string, Way | null>,
  objective: ReadonlyMap<string, Way>,
): Way | null {
  const chosen = said.get(name) ?? (said.has(name) ? null : objective.get(name))
  if (chosen !== undefined) return chosen
  if (DOWN.test(name)) return 'min'
  return UP.test(name) ? 'max' : null
}

/** Give the places of the best values; none where all are the same. */
export function bestOf(values: readonly unknown[], way: Way | null): Set<number> {
  const numbers = values.map((value) => (typeof value === 'number' ? value : NaN))
  const known = numbers.filter((value) => !Number.isNaN(value))
  if (!way || known.length < 2 || known.every((value) => value === known[0])) return new Set()
  const best = way === 'max' ? Math.max(...known) : Math.min(...known)
  return new Set(numbers.flatMap((value, i) => (value === best ? [i] : [])))
}

/** How a number stands to the reference's. */
export interface Delta {
  difference: number
  /** Share of the reference; null where that is 0. */
  share: number | null
  isBetter: boolean | null
}

/** Give how a value differs from the reference's; null where they are no numbers, or equal. */
export function deltaOf(value: unknown, reference: unknown, way: Way | null): Delta | null {
  const [one, other] = [plainNumber(value), plainNumber(reference)]
  if (one === null || other === null || one === other) return null
  const difference = one - other
  const share = other === 0 ? null : difference / Math.abs(other)
  return { difference, share, isBetter: way ? difference > 0 === (way === 'max') : null }
}

/** Parameters of clients are texts: `0.1` is a number too. */
function plainNumber(value: unknown): number | null {
  const found = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  return typeof found === 'number' && Number.isFinite(found) ? found : null
}

/** Give the values of a metric by what is asked of each run: its last, or its best by the way. */
export function metricValues(line: Line, summary: 'last' | 'best', way: Way | null): unknown[] {
  if (summary === 'last' || !way) return line.values
  return (way === 'max' ? line.most : line.least) ?? line.values
}

/** Put the runs in an order that was chosen; those that it does not name come after. */
export function ordered(runs: readonly string[], order: readonly string[]): string[] {
  const known = order.filter((run) => runs.includes(run))
  return [...known, ...runs.filter((run) => !known.includes(run))]
}

/** Move one of a list by some places. */
export function moved(list: readonly string[], one: string, by: number): string[] {
  const rest = list.filter((other) => other !== one)
  const to = Math.min(rest.length, Math.max(0, list.indexOf(one) + by))
  return [...rest.slice(0, to), one, ...rest.slice(to)]
}
