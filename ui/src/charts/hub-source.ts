/** Series from the hub: requests of many charts put together, asked once, and let go again. */

import { askBytes } from '../api/client'
import { follow, type RunState } from '../api/live.svelte'
import type { Block } from './block'
import { traceKey } from './trace'
import { decodeColumns } from './decode'
import type { SeriesName, SeriesQuery, SeriesSource } from './source'

const PATH = '/api/v1/series/columns'
const MOST_NAMES = 200
const MOST_RUNS = 200
const MOST_SERIES = 600
/** Calls under way at once: browsers have six connections, and others need some too. */
const MOST_AT_ONCE = 3

interface Waiting {
  query: SeriesQuery
  signal: AbortSignal
  resolve: (blocks: Block[]) => void
  reject: (reason: unknown) => void
}

/** What one call asks for: every name of every run. */
export interface Call {
  runs: string[]
  metrics: string[]
}

/** The hub that serves this page. */
export class HubSource implements SeriesSource {
  #waiting: Waiting[] = []
  #underWay = 0
  readonly #queue: (() => void)[] = []

  read(query: SeriesQuery, signal: AbortSignal): Promise<Block[]> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ query, signal, resolve, reject })
      // All charts that are drawn in one turn of the page ask together.
      if (this.#waiting.length === 1) setTimeout(() => this.#send())
    })
  }

  follow(runs: readonly string[], grown: (runs: string[]) => void): () => void {
    const watched = new Set(runs)
    const points = new Map<string, number>()
    return follow({}, (change) => {
      const changed = change.runs.filter((run) => watched.has(run.id) && hasMore(points, run))
      if (changed.length) grown(changed.map((run) => run.id))
    })
  }

  #send(): void {
    const alike = new Map<string, Waiting[]>()
    for (const one of this.#waiting) {
      if (one.signal.aborted) one.reject(one.signal.reason)
      else {
        const { axis, start, end, level, width, points } = one.query
        const key = [axis, start, end, level, width, points].join()
        alike.set(key, [...(alike.get(key) ?? []), one])
      }
    }
    this.#waiting = []
    for (const some of alike.values()) void this.#answer(some)
  }

  async #answer(some: Waiting[]): Promise<void> {
    const stop = new AbortController()
    const left = new Set(some)
    for (const one of some) {
      one.signal.addEventListener('abort', () => {
        left.delete(one)
        one.reject(one.signal.reason)
        if (left.size === 0) stop.abort()
      })
    }
    const first = some[0]
    if (!first) return
    const found = new Map<string, Block | null>()
    const asked = some.flatMap((one) => one.query.series)
    // What is there is drawn while the hub makes the rest.
    const answers = callsFor(asked).map(async (call) => {
      const blocks = await this.#call(first.query, call, stop.signal)
      for (const name of namesOf(call)) found.set(traceKey(name), null)
      for (const block of blocks) found.set(traceKey(block), block)
      for (const one of left) {
        if (!one.query.series.every((name) => found.has(traceKey(name)))) continue
        left.delete(one)
        one.resolve(one.query.series.flatMap((name) => found.get(traceKey(name)) ?? []))
      }
    })
    try {
      await Promise.all(answers)
    } catch (error) {
      stop.abort()
      for (const one of left) one.reject(error)
    }
  }

  async #call(query: SeriesQuery, call: Call, signal: AbortSignal): Promise<Block[]> {
    await this.#turn()
    try {
      signal.throwIfAborted()
      const answer = await askBytes(`${PATH}?${queryText(query, call)}`, signal)
      return decodeColumns(answer, query.level)
    } finally {
      this.#underWay--
      this.#queue.shift()?.()
    }
  }

  async #turn(): Promise<void> {
    if (this.#underWay >= MOST_AT_ONCE) {
      await new Promise<void>((go) => this.#queue.push(go))
    }
    this.#underWay++
  }
}

/** Give the calls that ask for all of some series, and for no more where that costs few calls. */
export function callsFor(series: readonly { run: string; metric: string }[]): Call[] {
  const runsOf = new Map<string, Set<string>>()
  for (const { run, metric } of series) {
    const runs = runsOf.get(metric) ?? new Set()
    runsOf.set(metric, runs.add(run))
  }
  // Metrics of the same runs go together: those of many charts of one page.
  const alike = new Map<string, Call>()
  for (const [metric, runs] of runsOf) {
    const key = [...runs].sort().join()
    const call = alike.get(key) ?? { runs: [...runs], metrics: [] }
    call.metrics.push(metric)
    alike.set(key, call)
  }
  return [...alike.values()].flatMap(cutCall)
}

function namesOf({ runs, metrics }: Call): SeriesName[] {
  return runs.flatMap((run) => metrics.map((metric) => ({ run, metric })))
}

function cutCall({ runs, metrics }: Call): Call[] {
  const found: Call[] = []
  for (const some of slices(runs, MOST_RUNS)) {
    const each = Math.max(1, Math.min(MOST_NAMES, Math.floor(MOST_SERIES / some.length)))
    for (const names of slices(metrics, each)) found.push({ runs: some, metrics: names })
  }
  return found
}

function slices<T>(all: T[], size: number): T[][] {
  const count = Math.ceil(all.length / size)
  return Array.from({ length: count }, (_, i) => all.slice(i * size, (i + 1) * size))
}

function queryText(query: SeriesQuery, call: Call): string {
  const text = new URLSearchParams({ axis: query.axis, width: String(query.width) })
  if (query.points !== undefined) text.set('points', String(query.points))
  for (const run of call.runs) text.append('run', run)
  for (const metric of call.metrics) text.append('name', metric)
  if (Number.isFinite(query.start)) text.set('start', String(query.start))
  if (Number.isFinite(query.end)) text.set('end', String(query.end))
  if (query.level !== null) text.set('level', String(query.level))
  return text.toString()
}

/** Tell whether a run may have points that nobody has read. */
function hasMore(known: Map<string, number>, run: RunState): boolean {
  const before = known.get(run.id)
  known.set(run.id, run.points)
  // At first, what came between reading and listening.
  return before === undefined ? run.status === 'running' : run.points !== before
}
