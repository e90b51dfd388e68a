/** Runs as they change: one stream of the hub's events, shared by all that listen on a page. */

import type { Schemas } from './client'

/** What may change of a run. */
export type RunState = Schemas['RunState']

/** What a listener hears: the runs that changed, and the ids of those that are gone. */
export interface Change {
  /** All that are watched at the beginning, then each that changed. */
  runs: RunState[]
  gone: string[]
  /** Whether it is the state at the beginning of a stream. */
  isWhole: boolean
}

type Listener = (change: Change) => void

class Stream {
  readonly #listeners = new Set<Listener>()
  readonly #source: EventSource

  constructor(
    url: string,
    private readonly ended: () => void,
  ) {
    this.#source = new EventSource(url)
    this.#hear('state', (runs: RunState[]) => ({ runs, gone: [], isWhole: true }))
    this.#hear('run', (run: RunState) => ({ runs: [run], gone: [], isWhole: false }))
    this.#hear('gone', (run: string) => ({ runs: [], gone: [run], isWhole: false }))
    this.#source.onopen = () => (connection.isLive = true)
    this.#source.onerror = () => (connection.isLive = false)
  }

  add(listener: Listener): () => void {
    this.#listeners.add(listener)
    return () => {
      this.#listeners.delete(listener)
      if (this.#listeners.size === 0) {
        this.#source.close()
        this.ended()
      }
    }
  }

  #hear<T>(event: string, change: (data: T) => Change): void {
    this.#source.addEventListener(event, (message: MessageEvent<string>) => {
      const told = change(JSON.parse(message.data) as T)
      for (const listener of this.#listeners) listener(told)
    })
  }
}

const streams = new Map<string, Stream>()

/** Whether the hub tells of changes now; the shell shows where it does not. */
export const connection = $state({ isLive: true })

/**
 * Hear of runs that change, until what this gives is called. Use it in `$effect`.
 *
 * @param watched projects or runs; all runs by default
 */
export function follow(
  watched: { projects?: string[]; runs?: string[] },
  listener: Listener,
): () => void {
  const query = new URLSearchParams()
  for (const project of watched.projects ?? []) query.append('project', project)
  for (const run of watched.runs ?? []) query.append('run', run)
  const url = `/api/v1/events?${query}`
  let stream = streams.get(url)
  if (!stream) {
    stream = new Stream(url, () => streams.delete(url))
    streams.set(url, stream)
  }
  return stream.add(listener)
}
