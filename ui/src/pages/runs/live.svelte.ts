/** Runs that change while the table is looked at. */

import { follow, type RunState } from '../../api/live.svelte'

const TOGETHER_MS = 400

/** What the table does about it. */
export interface Listeners {
  /** Runs that are known changed. */
  changed: (ids: string[]) => void
  /** There are runs that were not there before. */
  arrived: () => void
}

/** Hears of runs; those that are new are counted until they are shown. Made while a component is. */
export class LiveRuns {
  /** How many runs came since the rows were loaded. */
  arrived = $state(0)
  readonly #known = new Set<string>()
  readonly #changed = new Set<string>()
  #timer: ReturnType<typeof setTimeout> | undefined
  /** When the newest run at the beginning was made; older ones that are heard of are not new. */
  #since = 0

  constructor(projects: () => string[], listeners: Listeners) {
    $effect(() => {
      this.#known.clear()
      this.arrived = 0
      this.#since = 0
      let isFirst = true
      const stop = follow({ projects: projects() }, (change) => {
        const isBeginning = isFirst && change.isWhole
        isFirst = false
        for (const run of change.runs) this.#hear(run, isBeginning, listeners)
      })
      return () => {
        stop()
        clearTimeout(this.#timer)
        this.#timer = undefined
      }
    })
  }

  /** Say that the rows are as they are now. */
  settle(): void {
    this.arrived = 0
  }

  #hear(run: RunState, isBeginning: boolean, listeners: Listeners): void {
    const at = run.created_at ?? 0
    const isNew = !this.#known.has(run.id) && at > this.#since
    this.#known.add(run.id)
    if (isBeginning) {
      this.#since = Math.max(this.#since, at)
      return
    }
    if (isNew) this.arrived += 1
    this.#changed.add(run.id)
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      const ids = [...this.#changed]
      this.#changed.clear()
      listeners.changed(ids)
      if (this.arrived > 0) listeners.arrived()
    }, TOGETHER_MS)
  }
}
