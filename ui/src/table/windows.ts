/** Which rows and columns of a large table are seen, and where they stand. Pure; all in pixels. */

/** A half-open range of places. */
export interface Span {
  from: number
  to: number
}

/**
 * Give the rows that are seen, with some more on both sides: always as many, so that each keeps
 * its slot while others come.
 */
export function rowsSeen(
  top: number,
  height: number,
  rowHeight: number,
  count: number,
  more = 4,
): Span {
  const length = Math.min(count, Math.ceil(Math.max(0, height) / rowHeight) + 1 + 2 * more)
  const wanted = Math.floor(top / rowHeight) - more
  const from = Math.max(0, Math.min(wanted, count - length))
  return { from, to: from + length }
}

/** Give where each thing begins whose widths are these, and last where all of them end. */
export function offsetsOf(widths: readonly number[]): number[] {
  const offsets = [0]
  let at = 0
  for (const width of widths) offsets.push((at += width))
  return offsets
}

/** Give the columns that are seen of those that begin at `offsets`, with some more on both sides. */
export function columnsSeen(
  offsets: readonly number[],
  left: number,
  width: number,
  more = 1,
): Span {
  const count = offsets.length - 1
  if (count <= 0) return { from: 0, to: 0 }
  const first = lastBefore(offsets, left)
  const last = lastBefore(offsets, left + Math.max(0, width))
  return { from: Math.max(0, first - more), to: Math.min(count, last + 1 + more) }
}

/** Give a span made longer by its own length, cut to what there is. */
export function widened(span: Span, count: number, times = 1): Span {
  const more = Math.ceil((span.to - span.from) * times)
  return { from: Math.max(0, span.from - more), to: Math.min(count, span.to + more) }
}

/** Give the row that a slot draws, where slots are used again as rows come and go. */
export function rowOfSlot(slot: number, from: number, slots: number): number {
  return from + ((((slot - from) % slots) + slots) % slots)
}

/** Give the scroll position nearest to the present one at which a thing is wholly seen. */
export function scrolledTo(begin: number, end: number, scroll: number, seen: number): number {
  if (begin < scroll || end - begin > seen) return begin
  return end > scroll + seen ? end - seen : scroll
}

/** Give the place of the last offset that is not after a position. */
function lastBefore(offsets: readonly number[], position: number): number {
  let low = 0
  let high = offsets.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((offsets[middle] ?? 0) <= position) low = middle
    else high = middle - 1
  }
  return low
}
