/** A log as it is read: pages of lines around what is on the screen, and what was found in it. */

import { api, ask, type Schemas } from '../../../api/client'
import { PAGE_LINES, pagesOf } from './window'

const MOST_PAGES = 60
const MOST_MATCHES = 5000

/** The lines of one run's log. */
export class LogLines {
  /** How many lines there are. */
  total = $state(0)
  sizeBytes = $state(0)
  /** Whether anything was read yet. */
  isKnown = $state(false)
  problem = $state.raw<unknown>(null)
  #turn = $state(0)
  readonly #pages = new Map<number, string[]>()
  readonly #waiting = new Set<number>()

  constructor(readonly run: string) {}

  /** Give a line; undefined while it is on its way. Reactive. */
  line(number: number): string | undefined {
    void this.#turn
    return this.#pages.get(Math.floor(number / PAGE_LINES))?.[number % PAGE_LINES]
  }

  /** Load what is missing of some lines. */
  want(first: number, count: number): void {
    for (const page of pagesOf(first, Math.max(1, count))) {
      if (!this.#pages.has(page) && !this.#waiting.has(page)) void this.#load(page)
    }
  }

  /** Read on from the end; tells whether there was more. */
  async grow(): Promise<boolean> {
    const last = Math.max(0, Math.floor((this.total - 1) / PAGE_LINES))
    const before = this.sizeBytes
    await this.#load(last)
    return this.sizeBytes > before
  }

  async #load(page: number): Promise<void> {
    this.#waiting.add(page)
    try {
      const query = { first: page * PAGE_LINES, count: PAGE_LINES }
      const found = await ask(
        api.GET('/api/v1/runs/{run}/log/lines', { params: { path: { run: this.run }, query } }),
      )
      this.#pages.delete(page)
      this.#pages.set(page, found.lines)
      if (found.total < this.total) this.#pages.clear() // it was written anew
      this.total = found.total
      this.sizeBytes = found.size_bytes
      this.problem = null
      while (this.#pages.size > MOST_PAGES) this.#drop(page)
    } catch (error) {
      this.problem = error
    } finally {
      this.#waiting.delete(page)
      this.isKnown = true
      this.#turn += 1
    }
  }

  #drop(near: number): void {
    const pages = [...this.#pages.keys()]
    const far = pages.reduce((a, b) => (Math.abs(b - near) > Math.abs(a - near) ? b : a))
    this.#pages.delete(far)
  }
}

/** What is looked for in a log. */
export class LogSearch {
  text = $state('')
  isRegex = $state(false)
  /** The numbers of the lines where it is. */
  lines = $state.raw<number[]>([])
  isLooking = $state(false)
  /** How much of the log was looked through, from 0 to 1. */
  progress = $state(0)
  problem = $state<string | null>(null)
  isCut = $state(false)
  #turn = 0

  constructor(readonly run: string) {}

  /** Look through all of the log, part after part; a newer search ends an older. */
  async look(text: string, isRegex: boolean, sizeBytes: number): Promise<void> {
    const turn = ++this.#turn
    Object.assign(this, { text, isRegex, lines: [], problem: null, isCut: false, progress: 0 })
    this.isLooking = text !== ''
    let offset: number | null = 0
    let found: number[] = []
    while (text && offset !== null) {
      const part: Schemas['Matches'] | null = await this.#part(offset)
      if (turn !== this.#turn) return
      if (!part) break
      const more: number[] = part.matches.map((match) => match.line)
      found = [...found, ...more.filter((line, at) => line !== (more[at - 1] ?? found.at(-1)))]
      this.lines = found
      offset = part.next_offset
      this.progress = offset === null || !sizeBytes ? 1 : offset / sizeBytes
      if (found.length >= MOST_MATCHES) {
        this.isCut = offset !== null
        break
      }
    }
    this.isLooking = false
  }

  async #part(offset: number): Promise<Schemas['Matches'] | null> {
    const query = { text: this.text, is_regex: this.isRegex, offset, limit: 1000 }
    try {
      return await ask(
        api.GET('/api/v1/runs/{run}/log/search', { params: { path: { run: this.run }, query } }),
      )
    } catch (error) {
      this.problem = error instanceof Error ? error.message : String(error)
      return null
    }
  }
}
