/** Which metrics the runs have, and their values: read together, and again while runs write. */

import { api, ask } from '../api/client'
import { follow } from '../api/live.svelte'
import { resource, type Resource } from '../api/resource.svelte'
import type { Schemas } from '../api/client'

/** Values of one metric over some runs. */
export type MetricValues = Schemas['MetricValues']

/** Growing runs are looked at again after so long. */
const AGAIN_MS = 4000
/** The hub takes so many runs in one call. */
const MOST_RUNS = 1000

/** Load the metrics of runs, by their ids joined by commas; nothing of no runs. */
export function metricsOf(runs: () => string): Resource<Schemas['MetricName'][]> {
  return resource(async (signal) => {
    const ids = runs().split(',').filter(Boolean).slice(0, MOST_RUNS)
    if (ids.length === 0) return []
    const { metrics } = await ask(api.POST('/api/v1/runs/metrics', { body: { runs: ids }, signal }))
    return metrics
  })
}

/** Say when runs have written, at most every few seconds, until what this gives is called. */
export function whenGrown(runs: readonly string[], grown: () => void): () => void {
  const watched = new Set(runs)
  const points = new Map<string, number>()
  let due = 0
  const end = follow({}, (change) => {
    const isMore = change.runs.filter((run) => {
      const before = points.get(run.id)
      points.set(run.id, run.points)
      return watched.has(run.id) && before !== undefined && before !== run.points
    })
    if (isMore.length && !due) {
      due = window.setTimeout(() => {
        due = 0
        grown()
      }, AGAIN_MS)
    }
  })
  return () => {
    clearTimeout(due)
    end()
  }
}

interface Waiting {
  name: string
  resolve: (values: MetricValues) => void
  reject: (reason: unknown) => void
}

/** Reads values of metrics; those that panels ask for in one turn of the page go together. */
export class Values {
  #waiting: Waiting[] = []

  constructor(readonly runs: () => readonly string[]) {}

  read(name: string): Promise<MetricValues> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ name, resolve, reject })
      if (this.#waiting.length === 1) setTimeout(() => void this.#send())
    })
  }

  async #send(): Promise<void> {
    const waiting = this.#waiting
    this.#waiting = []
    const names = [...new Set(waiting.map((one) => one.name))]
    const runs = this.runs().slice(0, MOST_RUNS)
    try {
      const body = { runs, names }
      const found = await ask(api.POST('/api/v1/runs/metrics/values', { body }))
      const byName = new Map(found.metrics.map((one) => [one.name, inOrder(one, found.runs, runs)]))
      for (const one of waiting) {
        const values = byName.get(one.name)
        if (values) one.resolve(values)
      }
    } catch (error) {
      for (const one of waiting) one.reject(error)
    }
  }
}

/** Give values in the order of the runs, with gaps for those that are gone. */
function inOrder(values: MetricValues, found: string[], runs: readonly string[]): MetricValues {
  const places = runs.map((run) => found.indexOf(run))
  const pick = <T>(column: T[], gap: T) => places.map((at) => column[at] ?? gap)
  return {
    name: values.name,
    last: pick(values.last, null),
    min: pick(values.min, null),
    max: pick(values.max, null),
    count: pick(values.count, 0),
  }
}
