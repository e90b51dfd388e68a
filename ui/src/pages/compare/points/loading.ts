/** The runs that are compared: by their ids, or all that a filter chooses. */

import { api, ask, type Schemas } from '../../../api/client'
import { coloursOf } from '../../../table/colours'
import type { Point, Ways } from './fields'

/** Runs side by side, as the hub gives them. */
export type Compared = Schemas['Compared']

/** What is known of a run at first sight. */
export interface Head {
  id: string
  /** Its name, with the beginning of its id where others have the same. */
  label: string
  project: string
  status: string
  colour: string
}

/** The runs that are compared. */
export interface Chosen {
  heads: Head[]
  points: Point[]
  /** Of runs by their ids; null of a filter's, which may be many. */
  compared: Compared | null
  gone: string[]
  /** How many a filter chooses. */
  count: number
  /** Which way the objectives of their projects are better. */
  ways: Ways
}

/** So many runs are compared line by line. */
export const MOST_SIDE_BY_SIDE = 100
/** So many points are drawn. */
export const MOST_POINTS = 1000

/** Load runs by their ids. */
export async function loadRuns(ids: readonly string[], signal: AbortSignal): Promise<Chosen> {
  if (ids.length === 0) {
    return { heads: [], points: [], compared: null, gone: [], count: 0, ways: new Map() }
  }
  const [compared, ways] = await Promise.all([compare(ids, signal), loadWays(ids, signal)])
  const known = compared.heads ?? []
  const colours = coloursOf(known.map((one) => one.number))
  const labels = labelsOf(known)
  const heads = known.map((one, i) => ({
    id: one.id,
    label: labels[i] ?? one.id,
    project: one.project,
    status: one.status,
    colour: colours.get(one.number) ?? '',
  }))
  const points = heads.map((head, i) => ({
    id: head.id,
    name: head.label,
    colour: head.colour,
    values: valuesOf(compared, i),
  }))
  return { heads, points, compared, gone: compared.gone ?? [], count: heads.length, ways }
}

/** Set runs side by side; those that are gone are named in the answer. */
export function compare(ids: readonly string[], signal: AbortSignal): Promise<Compared> {
  const query = { run: [...ids], skip_gone: true }
  return ask(api.GET('/api/v1/comparison', { params: { query }, signal }))
}

/** Load the runs that a filter chooses. */
export async function loadFiltered(
  project: string,
  filter: string,
  signal: AbortSignal,
): Promise<Chosen> {
  const query = {
    ...(project ? { project: [project] } : {}),
    filter,
    limit: MOST_POINTS,
    count: true,
    archived: 'hide' as const,
  }
  const answer = await ask(api.GET('/api/v1/runs', { params: { query }, signal }))
  const ways = await loadWays(
    answer.runs.map((run) => run.id),
    signal,
  )
  const labels = labelsOf(answer.runs)
  const colours = coloursOf(answer.runs.map((_, i) => i))
  const heads = answer.runs.map((run, i) => ({
    id: run.id,
    label: labels[i] ?? run.id,
    project: run.project,
    status: run.status,
    colour: colours.get(i) ?? '',
  }))
  const points = answer.runs.map((run, i) => ({
    id: run.id,
    name: labels[i] ?? run.id,
    colour: heads[i]?.colour ?? '',
    values: summaryValues(run),
  }))
  return { heads, points, compared: null, gone: [], count: answer.count ?? heads.length, ways }
}

/** Ask which way the metrics are better that the runs' projects name as their objective. */
async function loadWays(ids: readonly string[], signal: AbortSignal): Promise<Ways> {
  if (ids.length === 0) return new Map()
  const { metrics } = await ask(
    api.POST('/api/v1/runs/metrics', { body: { runs: [...ids] }, signal }),
  )
  return new Map(metrics.flatMap(({ name, way }) => (way ? [[name, way] as const] : [])))
}

/** Give the names of runs; those that several have with the beginning of the id. */
export function labelsOf(runs: readonly { id: string; name: string; step: string }[]): string[] {
  const names = runs.map((run) => run.name || run.step || run.id.slice(0, 8))
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return names.map((name, i) =>
    (counts.get(name) ?? 0) > 1 ? `${name} ${runs[i]?.id.slice(0, 6)}` : name,
  )
}

function valuesOf(compared: Compared, at: number): Record<string, unknown> {
  const found: Record<string, unknown> = {}
  for (const line of compared.lines) {
    if (line.kind === 'param') found[`params.${line.name}`] = line.values[at]
    if (line.kind !== 'metric') continue
    const [last, least, most] = [line.values[at], line.least?.[at], line.most?.[at]]
    Object.assign(found, metricValues(line.name, last, least, most))
  }
  return found
}

function summaryValues(run: Schemas['RunSummary']): Record<string, unknown> {
  const found: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(run.params)) found[`params.${name}`] = value
  for (const [name, metric] of Object.entries(run.metrics)) {
    Object.assign(found, metricValues(name, metric.last, metric.min, metric.max))
  }
  return found
}

/** A metric of one value has no smallest and largest of its own. */
function metricValues(name: string, last: unknown, least: unknown, most: unknown): object {
  const key = `metrics.${name}`
  if (least === most) return { [key]: last }
  return { [key]: last, [`${key}.min`]: least, [`${key}.max`]: most }
}
