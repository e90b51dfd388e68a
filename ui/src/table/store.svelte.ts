/** Cells fetched as they are looked at: one call at a time, the newest wish first. */

import { api, ask, type Problem } from '../api/client'
import { asProblem } from '../api/resource.svelte'
import { CellMemory, type Row, type Wanted } from './cells'

interface Wish {
  rows: readonly number[]
  columns: readonly string[]
}

const AGAIN_MS = 2000

/** The cells of a table, as reactive state. */
export class CellStore {
  readonly #memory = new CellMemory()
  #wishes: Wish[] = []
  #isBusy = false
  #version = $state(0)
  /** Why cells could not be fetched; null while all is well. */
  problem = $state.raw<Problem | null>(null)

  /** What is known of a run; reads reactive state. */
  row(number: number): Row | undefined {
    void this.#version
    return this.#memory.row(number)
  }

  /** Give the number of a run that was looked at. */
  numberOf(id: string): number | undefined {
    return this.#memory.numberOf(id)
  }

  /** Fetch what lacks of these, the first wish first; wishes not begun are forgotten. */
  want(...wishes: Wish[]): void {
    this.#wishes = wishes
    if (!this.#isBusy) void this.#work()
  }

  /** Fetch cells, and wait for them. */
  async need(rows: readonly number[], columns: readonly string[]): Promise<void> {
    for (;;) {
      const wanted = this.#memory.lacking(rows, columns)
      if (!wanted) return
      await this.#fetch(wanted)
    }
  }

  /** Fetch anew what is known of some runs. */
  async refresh(numbers: readonly number[]): Promise<void> {
    const wanted = this.#memory.known(numbers)
    if (wanted.rows.length > 0) await this.#fetch(wanted)
  }

  /** Show changed cells before the hub has said so. */
  change(numbers: Iterable<number>, cells: Record<string, unknown>): void {
    for (const number of numbers) this.#memory.change(number, cells)
    this.#version += 1
  }

  /** Look again for runs that were gone. */
  revive(): void {
    this.#memory.reviveAll()
    this.#version += 1
  }

  async #work(): Promise<void> {
    this.#isBusy = true
    try {
      for (let wanted = this.#next(); wanted; wanted = this.#next()) await this.#fetch(wanted)
      this.problem = null
    } catch (error) {
      this.problem = asProblem(error)
      setTimeout(() => this.want(...this.#wishes), AGAIN_MS)
    } finally {
      this.#isBusy = false
    }
  }

  #next(): Wanted | null {
    for (const wish of this.#wishes) {
      const wanted = this.#memory.lacking(wish.rows, wish.columns)
      if (wanted) return wanted
    }
    return null
  }

  async #fetch(wanted: Wanted): Promise<void> {
    const answer = await ask(api.POST('/api/v1/runs/cells', { body: wanted }))
    this.#memory.keep(wanted, answer)
    this.#version += 1
  }
}
