/** The workspace as reactive state, whose home is the URL. */

import { onDestroy, untrack } from 'svelte'
import { here, setQuery } from '../app/location.svelte'
import type { ChartOptions } from '../charts/options'
import type { Layout } from './layout'
import { ownOf, type OwnOptions } from './own-options'
import { ownText, readWorkspace, writeWorkspace, type Workspace } from './workspace'

/** While a hand moves something, the URL follows when it rests for so long. */
const RESTS_MS = 200

/** The state of one workspace; to be made while a component is. */
export class Space {
  #now = $state.raw<Workspace>() as Workspace
  #text: string
  #due = 0

  constructor(readonly keys: string) {
    this.#text = ownText(here.query, keys)
    this.#now = readWorkspace(here.query, keys)
    $effect(() => {
      const text = ownText(here.query, keys)
      untrack(() => this.#read(text))
    })
    // The page may be another one by now, whose address this is no part of.
    onDestroy(() => clearTimeout(this.#due))
  }

  get search(): string {
    return this.#now.search
  }

  get options(): ChartOptions {
    return this.#now.options
  }

  get layout(): Layout {
    return this.#now.layout
  }

  get tables(): readonly string[] {
    return this.#now.tables
  }

  get open(): string | null {
    return this.#now.open
  }

  /** What one panel chooses for itself. */
  ownOf(panel: string): OwnOptions {
    return this.#now.own[panel] ?? {}
  }

  /** The options of one panel; a range of x is shared where the axis is. */
  optionsOf(panel: string): ChartOptions {
    const own = this.#now.own[panel]
    if (!own) return this.#now.options
    const xRange = 'x' in own ? (own.xRange ?? null) : this.#now.options.xRange
    return { ...this.#now.options, ...own, xRange }
  }

  /** Change something; `isMoving` while there is more to come at once. */
  change(part: Partial<Workspace>, { isMoving = false } = {}): void {
    this.#now = { ...this.#now, ...part }
    clearTimeout(this.#due)
    this.#due = 0
    if (isMoving) this.#due = window.setTimeout(() => this.#write(), RESTS_MS)
    else this.#write()
  }

  /** Choose the options of one panel. */
  choose(panel: string, wanted: ChartOptions): void {
    const own = ownOf(this.#now.options, wanted)
    const isShared = !('x' in own)
    const options = isShared ? { ...this.#now.options, xRange: wanted.xRange } : this.#now.options
    if (isShared) delete own.xRange
    const others = Object.entries(this.#now.own).filter(([name]) => name !== panel)
    const all = Object.fromEntries(Object.keys(own).length ? [...others, [panel, own]] : others)
    this.change({ options, own: all }, { isMoving: true })
  }

  /** Choose the options of all panels; those that panels have for themselves stay. */
  chooseAll(options: ChartOptions): void {
    // A range of one axis says nothing of another.
    const isOther = JSON.stringify(options.x) !== JSON.stringify(this.#now.options.x)
    const xRange = isOther ? null : options.xRange
    this.change({ options: { ...options, xRange } }, { isMoving: true })
  }

  #read(text: string): void {
    if (text === this.#text || this.#due) return
    this.#text = text
    this.#now = readWorkspace(new URLSearchParams(text), this.keys)
  }

  #write(): void {
    this.#due = 0
    const written = writeWorkspace(this.#now, this.keys)
    setQuery(written)
    this.#text = ownText(here.query, this.keys)
  }
}
