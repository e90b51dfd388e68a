/** What is known of a version: out of the gate's evidence, else out of the run that made it. */

import type { Schemas } from '../../api/client'

const SUMMARIES = /\.(last|min|max)$/

type Document = Schemas['VersionDocument']

/** Give what a version was judged by, else what its run measured; by name. */
export function metricsOf({ version, run }: Document): [string, number][] {
  const judged = record(evidence(version).metrics)
  const found = Object.entries(judged).filter(
    (one): one is [string, number] => typeof one[1] === 'number' && !SUMMARIES.test(one[0]),
  )
  if (found.length > 0) return sorted(found)
  const measured = Object.entries(run?.metrics ?? {})
  return sorted(measured.map(([name, metric]) => [name, metric.last ?? NaN]))
}

/** Give the parameters of a version, by name. */
export function paramsOf({ version, run }: Document): [string, unknown][] {
  return sorted(Object.entries(run?.params ?? record(evidence(version).params)))
}

/** Give the digests of what went into a version, by path. */
export function inputsOf({ version, run }: Document): [string, string][] {
  if (run) return Object.entries(run.inputs ?? {}).map(([path, one]) => [path, one.digest])
  return Object.entries(record(evidence(version).inputs)).map(([path, one]) => [path, String(one)])
}

/** Give what was noted when the gate let a version through. */
export function evidence(version: Schemas['Version']): Record<string, unknown> {
  return record(version.origin?.evidence)
}

/** Give a value where it is an object, else an empty one. */
export function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}

function sorted<T>(entries: [string, T][]): [string, T][] {
  return entries.sort(([a], [b]) => a.localeCompare(b, 'en', { numeric: true }))
}
