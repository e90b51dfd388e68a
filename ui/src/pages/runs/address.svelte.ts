/** The table's state and the address bar: each follows the other. */

import { here, setQuery } from '../../app/location.svelte'
import { KEYS, readState, writeState, type TableState } from '../../table/state'

const SETTLED_MS = 150

/** The state of the table, kept in the address. To be made while a component is. */
export class Address {
  #state = $state.raw<TableState>(readState(here.query))
  #written = ownText(here.query)
  readonly #path = here.path
  #timer: ReturnType<typeof setTimeout> | undefined
  #isStep = false
  #flushedAt = 0

  constructor() {
    $effect(() => {
      const text = ownText(here.query)
      // Keys of others may change; ours do so by themselves when the user goes back.
      if (text === this.#written || here.path !== this.#path) return
      clearTimeout(this.#timer)
      this.#timer = undefined
      this.#written = text
      this.#state = readState(here.query)
    })
    $effect(() => () => this.#flush())
  }

  /** The state at present. */
  get state(): TableState {
    return this.#state
  }

  /**
   * Change the state; the address follows at once or, for what changes many times a second, soon.
   *
   * @param isStep whether the browser's back button comes back to what was before
   */
  set(change: Partial<TableState>, { isStep = false } = {}): void {
    this.#state = { ...this.#state, ...change }
    if (isStep && this.#timer !== undefined) this.#flush()
    this.#isStep ||= isStep
    clearTimeout(this.#timer)
    // Browsers refuse an address that changes too often, such as with a key that is held.
    const wait = isStep ? 0 : Math.max(0, SETTLED_MS - (performance.now() - this.#flushedAt))
    this.#timer = setTimeout(() => this.#flush(), wait)
  }

  /** Take a whole query, such as that of a saved view; keys of the charts come with it. */
  replace(query: string): void {
    const next = new URLSearchParams(query)
    const values: Record<string, string | string[] | null> = {}
    for (const key of here.query.keys()) values[key] = null
    for (const key of next.keys()) values[key] = next.getAll(key)
    setQuery(values, { replace: false })
  }

  #flush(): void {
    if (this.#timer === undefined) return
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (here.path !== this.#path) return
    this.#flushedAt = performance.now()
    const replace = !this.#isStep
    this.#isStep = false
    const values = writeState(this.#state)
    this.#written = textOf(values)
    setQuery(values, { replace })
  }
}

function ownText(query: URLSearchParams): string {
  return JSON.stringify(KEYS.map((key) => query.getAll(key)))
}

function textOf(values: ReturnType<typeof writeState>): string {
  return JSON.stringify(
    KEYS.map((key) => {
      const value = values[key]
      return value === null ? [] : Array.isArray(value) ? value : [value]
    }),
  )
}
