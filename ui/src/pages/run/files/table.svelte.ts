/** Rows of a table as they are read: pages around what is on the screen. */

import { api, ask, type Schemas } from '../../../api/client'
import type { Area } from './files'

const PAGE = 200
const MOST_PAGES = 40

/** A column. */
export type Column = Schemas['TableColumn']

/** The table in a file. */
export class TableRows {
  columns = $state.raw<Column[]>([])
  /** How many rows there are, as far as it is known. */
  known = $state(0)
  count = $state<number | null>(null)
  columnsCount = $state(0)
  isLoaded = $state(false)
  problem = $state.raw<unknown>(null)
  #turn = $state(0)
  readonly #pages = new Map<number, unknown[][]>()
  readonly #waiting = new Set<number>()

  constructor(
    readonly run: string,
    readonly area: Area,
    readonly path: string,
  ) {}

  /** Give a row; undefined while it is on its way. Reactive. */
  row(number: number): unknown[] | undefined {
    void this.#turn
    return this.#pages.get(Math.floor(number / PAGE))?.[number % PAGE]
  }

  /** Load what is missing of some rows. */
  want(first: number, count: number): void {
    const to = Math.floor((first + Math.max(1, count) - 1) / PAGE)
    for (let page = Math.floor(first / PAGE); page <= to; page += 1) {
      const isBeyond = this.isLoaded && page * PAGE >= this.known && this.count !== null
      if (!isBeyond && !this.#pages.has(page) && !this.#waiting.has(page)) void this.#load(page)
    }
  }

  async #load(page: number): Promise<void> {
    this.#waiting.add(page)
    try {
      const { run, area, path } = this
      const query = { area, path, offset: page * PAGE, limit: PAGE }
      const found = await ask(
        api.GET('/api/v1/runs/{run}/artifacts/table', { params: { path: { run }, query } }),
      )
      this.#pages.set(page, found.rows as unknown[][])
      if (!this.isLoaded) this.columns = found.columns
      this.columnsCount = found.columns_count
      this.count = found.count
      // Where nothing says how many there are, one more page is offered until the end is seen.
      const isEnd = found.rows.length < PAGE
      this.known = Math.max(
        this.known,
        found.count ?? Math.max(found.seen, page * PAGE + found.rows.length + (isEnd ? 0 : PAGE)),
      )
      if (this.#pages.size > MOST_PAGES) this.#pages.delete([...this.#pages.keys()][0] ?? 0)
    } catch (error) {
      this.problem = error
    } finally {
      this.#waiting.delete(page)
      this.isLoaded = true
      this.#turn += 1
    }
  }
}

/** Give where columns begin, in pixels, and where the last ends. */
export function edgesOf(columns: readonly Column[]): number[] {
  const edges = [0]
  for (const column of columns) {
    const letters = Math.min(28, Math.max(7, column.name.length))
    const width = column.type === 'text' || column.type === 'other' ? 190 : 96
    edges.push((edges.at(-1) ?? 0) + Math.max(width, letters * 8 + 24))
  }
  return edges
}
