/** What was read of series, kept up to a size: panning and zooming find most of it here. */

import { cutBlock, firstAtLeast, joinBlocks, sizeOf, type Block } from './block'

/** A part of an axis. */
export interface Part {
  start: number
  end: number
}

/** What is there of a range, and what is missing. */
export interface Cover {
  blocks: Block[]
  gaps: Part[]
}

/** Blocks so much finer than is asked for are still drawn; finer ones are too many. */
const FINER = 2
/** Points that came live are drawn one by one up to so many, then read again as buckets. */
const MOST_LIVE_POINTS = 4096

/** The blocks of each series by a key, of which the longest unused go first. */
export class BlockCache {
  /** In the order of their places, and the series in the order of their last use. */
  readonly #kept = new Map<string, Block[]>()
  #bytes = 0

  constructor(readonly mostBytes = 96 * 1024 * 1024) {}

  /** Give the memory that is used, in bytes. */
  get bytes(): number {
    return this.#bytes
  }

  /** Keep what was read. */
  add(key: string, block: Block): void {
    const old = (this.#take(key) ?? [])
      .filter((one) => !isWithin(one, block))
      .map((one) =>
        isAlike(one, block) && overlapsStart(one, block) ? upTo(one, block.start) : one,
      )
    const before = old.find((one) => one.end === block.start && isAlike(one, block))
    const added = before ? joinBlocks(before, block) : block
    this.#put(key, [...old.filter((one) => one !== before), added])
    for (const oldest of this.#kept.keys()) {
      if (this.#bytes <= this.mostBytes || oldest === key) break
      this.#take(oldest)
    }
  }

  /** Give what there is of a range at a level, in order, cut where blocks meet. */
  cover(key: string, level: number | null, from: number, to: number): Cover {
    const kept = this.#kept.get(key)
    if (!kept) return { blocks: [], gaps: [{ start: from, end: to }] }
    this.#kept.delete(key)
    this.#kept.set(key, kept)
    return covered(
      kept.filter((block) => fits(block, level)),
      from,
      to,
    )
  }

  /** Give anything that there is of a range, of whatever level: to be drawn for a moment. */
  rough(key: string, from: number, to: number): Block[] {
    return finest(this.#kept.get(key) ?? [], from, to)
  }

  /** Forget the end of a series that has grown, from its last bucket on. */
  forgetEnd(key: string): void {
    const kept = this.#take(key)
    if (!kept) return
    const shorter = kept.map(withoutEnd).filter((block) => block.start < block.end)
    if (shorter.length) this.#put(key, shorter)
  }

  /** Forget all of a series. */
  forget(key: string): void {
    this.#take(key)
  }

  #take(key: string): Block[] | undefined {
    const blocks = this.#kept.get(key)
    if (blocks) {
      this.#bytes -= sum(blocks)
      this.#kept.delete(key)
    }
    return blocks
  }

  #put(key: string, blocks: Block[]): void {
    const sorted = blocks.sort((a, b) => a.start - b.start)
    this.#kept.set(key, sorted)
    this.#bytes += sum(blocks)
  }
}

function sum(blocks: Block[]): number {
  return blocks.reduce((bytes, block) => bytes + sizeOf(block), 0)
}

function fits(block: Block, level: number | null): boolean {
  if (block.kind === 'points') return block.x.length <= MOST_LIVE_POINTS
  if (level === null) return true
  return Math.min(block.asked, block.level) <= level && block.level >= level - FINER
}

function isWithin(one: Block, other: Block): boolean {
  const isInside = one.start >= other.start && one.end <= other.end
  return isInside && (other.kind === 'points' || one.level >= other.level)
}

function isAlike(one: Block, other: Block): boolean {
  return one.kind === other.kind && one.level === other.level && one.asked === other.asked
}

/** Give what sorted blocks cover of a range. */
function covered(sorted: Block[], from: number, to: number): Cover {
  const found: Block[] = []
  const gaps: Part[] = []
  let at = from
  while (at < to) {
    const here = longest(sorted, at)
    if (here) {
      // One row more at both ends of the range, for the line goes on to it.
      const first = at === from ? rowBefore(here, at) : at
      const last = here.end >= to ? rowAfter(here, to) : here.end
      found.push(cutBlock(here, first, last))
      at = here.end
      continue
    }
    const next = sorted.find((block) => block.start > at && block.start < to)
    gaps.push({ start: at, end: next?.start ?? to })
    at = next?.start ?? to
  }
  return { blocks: found, gaps }
}

/** Give the finest of sorted blocks at each place of a range. */
function finest(sorted: Block[], from: number, to: number): Block[] {
  const found: Block[] = []
  let at = from
  while (at < to) {
    const here = sorted
      .filter((block) => block.start <= at && block.end > at)
      .reduce<Block | undefined>(
        (best, one) => (best && best.level <= one.level ? best : one),
        undefined,
      )
    const next = sorted.find((block) => block.start > at && (!here || block.level < here.level))
    const end = Math.min(here?.end ?? Infinity, next?.start ?? Infinity, to)
    if (here) found.push(cutBlock(here, at === from ? rowBefore(here, at) : at, end))
    at = end
  }
  return found
}

function rowBefore(block: Block, at: number): number {
  return block.x[firstAtLeast(block.x, at) - 1] ?? at
}

function rowAfter(block: Block, at: number): number {
  const next = block.firstX[firstAtLeast(block.firstX, at)]
  return next === undefined ? at : next + Math.max(Math.abs(next) * 1e-12, Number.MIN_VALUE)
}

/** Give the block that begins at or before a place and goes on the farthest after it. */
function longest(blocks: Block[], at: number): Block | undefined {
  let best: Block | undefined
  for (const block of blocks) {
    const holds = block.start <= at && block.end > at
    if (holds && (!best || block.end > best.end)) best = block
  }
  return best
}

function overlapsStart(one: Block, next: Block): boolean {
  return one.start < next.start && next.start < one.end
}

function upTo(block: Block, end: number): Block {
  return { ...cutBlock(block, -Infinity, end), end }
}

/** The end of a series may have changed: its last point or bucket, and what lay behind it. */
function withoutEnd(block: Block): Block {
  if (block.end <= block.last) return block
  const rows = block.x.length
  return upTo(
    block,
    rows ? (block.firstX[rows - 1] ?? block.start) : Math.max(block.start, block.last),
  )
}
