/** Cells that were fetched: a bounded memory of the runs looked at last. No DOM, no network. */

import type { Span } from './windows'

/** What is known of a run. */
export interface Row {
  number: number
  id: string
  /** Cells by column; null where the run lacks a value. */
  cells: Map<string, unknown>
  /** Whether the hub did not find the run any more. */
  isGone: boolean
}

/** Cells that lack: of these runs, these columns. */
export interface Wanted {
  rows: number[]
  columns: string[]
}

/** What the hub answers: columns of runs. */
export interface Cells {
  columns: string[]
  numbers: number[]
  runs: string[]
  rows: unknown[][]
}

const MOST_ROWS = 6000
const ROWS_AT_ONCE = 500
const CELLS_AT_ONCE = 60_000

/** A memory of cells; the runs that were asked for longest ago go first. */
export class CellMemory {
  readonly #rows = new Map<number, Row>()
  readonly #numbers = new Map<string, number>()

  constructor(private readonly most = MOST_ROWS) {}

  /** How many runs are known. */
  get size(): number {
    return this.#rows.size
  }

  row(number: number): Row | undefined {
    return this.#rows.get(number)
  }

  /** Give a run's number, where it was looked at. */
  numberOf(id: string): number | undefined {
    return this.#numbers.get(id)
  }

  /** Give what has to be fetched so that all of these are known; null where nothing lacks. */
  lacking(rows: readonly number[], columns: readonly string[]): Wanted | null {
    const lackedColumns = new Set<string>()
    const lackedRows = rows.filter((number) => {
      const row = this.#rows.get(number)
      if (row?.isGone) return false
      const own = columns.filter((column) => !row?.cells.has(column))
      own.forEach((column) => lackedColumns.add(column))
      return own.length > 0
    })
    if (lackedRows.length === 0) return null
    const most = Math.max(1, Math.min(ROWS_AT_ONCE, Math.floor(CELLS_AT_ONCE / lackedColumns.size)))
    return { rows: lackedRows.slice(0, most), columns: [...lackedColumns] }
  }

  /** Keep an answer; runs that were asked for and are not in it are gone. */
  keep(asked: Wanted, answer: Cells): void {
    const missing = new Set(asked.rows)
    answer.numbers.forEach((number, i) => {
      missing.delete(number)
      this.#put(number, answer.runs[i] ?? '', answer.columns, answer.rows[i] ?? [])
    })
    for (const number of missing) {
      const row = this.#rows.get(number)
      if (row) row.isGone = true
      else this.#rows.set(number, { number, id: '', cells: new Map(), isGone: true })
    }
    this.#forget()
  }

  /** Change cells at once, before the hub has said so. */
  change(number: number, cells: Record<string, unknown>): void {
    const row = this.#rows.get(number)
    for (const [column, value] of Object.entries(cells)) row?.cells.set(column, value)
  }

  /** Take all that are gone for unknown again, such as after a deletion was undone. */
  reviveAll(): void {
    for (const [number, row] of this.#rows) if (row.isGone) this.#rows.delete(number)
  }

  /** Give what is known of some runs, so that it can be fetched anew. */
  known(numbers: readonly number[]): Wanted {
    const columns = new Set<string>()
    const rows = numbers.filter((number) => this.#rows.has(number))
    for (const number of rows) {
      for (const column of this.#rows.get(number)?.cells.keys() ?? []) columns.add(column)
    }
    return { rows: rows.slice(0, ROWS_AT_ONCE), columns: [...columns] }
  }

  #put(number: number, id: string, columns: string[], values: unknown[]): void {
    const row = this.#rows.get(number) ?? { number, id, cells: new Map(), isGone: false }
    row.isGone = false
    row.id = id
    columns.forEach((column, i) => row.cells.set(column, values[i] ?? null))
    this.#rows.delete(number) // so that it stands last
    this.#rows.set(number, row)
    this.#numbers.set(id, number)
  }

  #forget(): void {
    for (const [number, row] of this.#rows) {
      if (this.#rows.size <= this.most) return
      this.#rows.delete(number)
      this.#numbers.delete(row.id)
    }
  }
}

/** Give the runs of a span, those without a run left out. */
export function runsIn(span: Span, at: (row: number) => number | undefined): number[] {
  const found: number[] = []
  for (let row = span.from; row < span.to; row++) {
    const run = at(row)
    if (run !== undefined) found.push(run)
  }
  return found
}
