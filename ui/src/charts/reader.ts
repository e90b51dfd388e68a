/** The series of one chart: what there is of a range now, and what is asked for beside. */

import type { Block } from './block'
import { BlockCache, type Part } from './cache'
import { folded } from './folding'
import { traceKey } from './trace'
import type { Axis, SeriesName, SeriesSource } from './source'

/** A part of an axis, and how fine it is to be shown. */
export interface Wanted extends Part {
  level: number | null
}

/** What one chart shows of its axis. */
export interface Reading {
  axis: Axis
  /** Side by side; most charts have one, logarithmic ones one for each decade. */
  parts: readonly Wanted[]
  /** How many points of a series are shown one by one. */
  width: number
  /** How many are read one by one, to be made buckets here; by default the same. */
  points?: number
}

/** What there is of some series, each at its place, and what is missing of them. */
export interface Look {
  blocks: Block[][]
  gaps: Gap[]
  /** Whether nothing is missing. */
  isExact: boolean
}

/** Series of one source, read once for all charts of the page. */
export class SeriesReader {
  readonly cache: BlockCache

  readonly #extents = new Map<string, Part>()
  readonly #warming = new Map<string, Promise<void>>()

  constructor(
    readonly source: SeriesSource,
    cache = new BlockCache(),
  ) {
    this.cache = cache
  }

  /**
   * Give what there is of some series: rough blocks where the exact are missing.
   *
   * @param coarser by how many levels coarser what is missing is to be read: in a picture that
   *   moves nobody sees more, and coarse buckets are the ones that are kept
   */
  look(series: readonly SeriesName[], reading: Reading, coarser = 0): Look {
    const gaps = new Map<string, Gap>()
    let isExact = true
    const blocks = series.map((one) => {
      const key = keyOf(one, reading.axis)
      return reading.parts.flatMap((part) => {
        const cover = this.cache.cover(key, part.level, part.start, part.end)
        const shown = (some: Block[]) => some.map((block) => shownOf(block, part, reading))
        if (cover.gaps.length === 0) return shown(cover.blocks)
        isExact = false
        const level = part.level === null ? null : part.level + coarser
        for (const gap of cover.gaps) {
          const rough = coarser ? this.cache.cover(key, level, gap.start, gap.end).gaps : [gap]
          for (const missing of rough) addGap(gaps, one, { ...missing, level })
        }
        return shown(this.cache.rough(key, part.start, part.end))
      })
    })
    return { blocks, gaps: [...gaps.values()], isExact }
  }

  /** Give from where to where some series go; null where none of them has been read. */
  extent(series: readonly SeriesName[], axis: Axis): Part | null {
    let start = Infinity
    let end = -Infinity
    for (const one of series) {
      const known = this.#extents.get(keyOf(one, axis))
      if (!known) continue
      start = Math.min(start, known.start)
      end = Math.max(end, known.end)
    }
    return start <= end ? { start, end } : null
  }

  /**
   * Read what is missing, as `look` has told.
   *
   * @throws what the source throws, such as a `Problem`; an `AbortError` when the signal says so
   */
  async read(gaps: readonly Gap[], reading: Reading, signal: AbortSignal): Promise<void> {
    const coming = gaps.flatMap((gap) =>
      gap.series.flatMap((one) => this.#warming.get(keyOf(one, reading.axis)) ?? []),
    )
    // What these do not bring is missing when the chart looks again.
    if (coming.length) await Promise.all(coming)
    else await Promise.all(gaps.map((gap) => this.#fill(gap, reading, signal)))
  }

  /** Begin to read all of some series that nobody has read; what fails is read again in time. */
  warm(series: readonly SeriesName[], reading: Reading, signal: AbortSignal): void {
    const keyed = series.map((one) => ({ one, key: keyOf(one, reading.axis) }))
    const missing = keyed.filter(({ key }) => !this.#extents.has(key) && !this.#warming.has(key))
    if (missing.length === 0) return
    const gap = { ...EVERYWHERE, series: missing.map(({ one }) => one) }
    const coming = this.#fill(gap, reading, signal)
      .catch(() => {})
      .finally(() => missing.forEach(({ key }) => this.#warming.delete(key)))
    for (const { key } of missing) this.#warming.set(key, coming)
  }

  /** Forget the ends of the series of runs that have grown, so that they are read anew. */
  grow(series: readonly SeriesName[], axis: Axis): void {
    for (const one of series) this.cache.forgetEnd(keyOf(one, axis))
  }

  async #fill(gap: Gap, reading: Reading, signal: AbortSignal): Promise<void> {
    const { axis, width, points } = reading
    const query = {
      series: gap.series,
      axis,
      width,
      points,
      start: gap.start,
      end: gap.end,
      level: gap.level,
    }
    const found = new Set<string>()
    for (const block of await this.source.read(query, signal)) {
      const key = keyOf(block, axis)
      found.add(key)
      if (this.#hasChanged(key, block)) this.cache.forget(key)
      this.cache.add(key, block)
      this.#extents.set(key, { start: block.first, end: block.last })
    }
    for (const one of gap.series) {
      const key = keyOf(one, axis)
      if (!found.has(key)) this.cache.add(key, nothing(one, gap))
    }
  }

  /** Tell whether points came before what is kept: a run that was resumed may write its past. */
  #hasChanged(key: string, block: Block): boolean {
    if (block.start === -Infinity) return false
    const kept = this.cache.rough(key, -Infinity, block.start)
    const [first] = kept
    if (first?.start !== -Infinity || block.end !== Infinity) return false
    const count = kept.reduce((sum, one) => sum + one.count, 0)
    return count + block.count !== block.total
  }
}

const EVERYWHERE: Wanted = { start: -Infinity, end: Infinity, level: null }

/** A range that is missing of some series. */
export interface Gap extends Wanted {
  series: SeriesName[]
}

function keyOf(series: SeriesName, axis: Axis): string {
  return `${axis}\n${traceKey(series)}`
}

/** More points than are shown one by one are shown as buckets. */
function shownOf(block: Block, { level }: Wanted, { width }: Reading): Block {
  if (level === null || block.kind !== 'points' || block.x.length <= width) return block
  return folded(block, level)
}

/** Note what is missing of a series; those of one range are asked for together. */
function addGap(gaps: Map<string, Gap>, series: SeriesName, part: Wanted): void {
  const name = `${part.start} ${part.end} ${part.level}`
  const gap = gaps.get(name)
  if (gap) gap.series.push(series)
  else gaps.set(name, { ...part, series: [series] })
}

/** A series that has no points at all is known to have none. */
function nothing(series: SeriesName, gap: Gap): Block {
  const none = new Float64Array(0)
  const level = gap.level ?? 0
  return {
    ...{ run: series.run, metric: series.metric, kind: 'points', level, asked: level },
    ...{ count: 0, start: -Infinity, end: Infinity, first: NaN, last: -Infinity, total: 0 },
    ...{ x: none, firstX: none, middle: none, low: none, high: none, mean: none },
    ...{ lastValue: none, counts: null },
  }
}
