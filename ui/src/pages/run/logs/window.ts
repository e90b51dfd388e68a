/** Which lines of a log are on the screen, however many there are. */

/** Of a line, in pixels. */
export const LINE_PX = 18

/** Browsers place nothing beyond some ten million pixels; a longer log is scrolled in proportion. */
export const TALLEST_PX = 8_000_000

/** So many lines are loaded together. */
export const PAGE_LINES = 500

/** What is measured of the view. */
export interface View {
  /** How far it was scrolled, in pixels. */
  top: number
  /** Its height, in pixels. */
  height: number
  /** How many lines there are. */
  total: number
  /** Whether long lines go on below, so that a line's height is not known. */
  isWrapped: boolean
}

/** The lines of a view. */
export interface Window {
  first: number
  count: number
  /** How far the first line is scrolled out, in pixels. */
  shift: number
  /** Whether the last line stands at the bottom. */
  isAtEnd: boolean
}

/** Give how tall what is scrolled is, in pixels. */
export function tallness({ total, height, isWrapped }: Omit<View, 'top'>): number {
  const lines = Math.min(total * LINE_PX, TALLEST_PX)
  return isWrapped ? lines + Math.max(0, height - LINE_PX) : lines
}

/** Give the lines of a view. */
export function windowOf(view: View): Window {
  const { top, height, total, isWrapped } = view
  const fitting = Math.ceil(height / LINE_PX) + 1
  const most = Math.max(0, tallness(view) - height)
  const isAtEnd = top >= most - 1
  const farthest = isWrapped ? Math.max(0, total - 1) : Math.max(0, total - height / LINE_PX)
  const isExact = total * LINE_PX <= TALLEST_PX
  const place = isExact ? top / LINE_PX : most === 0 ? 0 : (top / most) * farthest
  const exact = Math.min(Math.max(0, place), farthest)
  if (isWrapped && isAtEnd) {
    const first = Math.max(0, total - fitting)
    return { first, count: total - first, shift: 0, isAtEnd }
  }
  const first = Math.floor(exact)
  const shift = isWrapped ? 0 : (exact - first) * LINE_PX
  return { first, count: Math.min(fitting, total - first), shift, isAtEnd }
}

/** Give how far to scroll so that a line stands in the middle, in pixels. */
export function topOf(line: number, view: Omit<View, 'top'>): number {
  const { total, height, isWrapped } = view
  const most = Math.max(0, tallness(view) - height)
  const first = Math.max(0, isWrapped ? line - 3 : line - height / LINE_PX / 2)
  if (total * LINE_PX <= TALLEST_PX) return Math.min(first * LINE_PX, most)
  const farthest = isWrapped ? Math.max(1, total - 1) : Math.max(1, total - height / LINE_PX)
  return Math.min((first / farthest) * most, most)
}

/** Give the pages that some lines are on. */
export function pagesOf(first: number, count: number): number[] {
  if (count <= 0) return []
  const from = Math.floor(first / PAGE_LINES)
  const to = Math.floor((first + count - 1) / PAGE_LINES)
  return Array.from({ length: to - from + 1 }, (_, at) => from + at)
}

/** Give where matches stand on a bar of some pixels, each place once. */
export function ticks(lines: readonly number[], total: number, pixels: number): number[] {
  if (total === 0) return []
  return [...new Set(lines.map((line) => Math.round((line / total) * (pixels - 2))))]
}

/** Give the match to go to from a line; the first after the last, and the other way round. */
export function nextMatch(lines: readonly number[], from: number, isBack: boolean): number | null {
  if (lines.length === 0) return null
  const found = isBack ? lines.findLast((line) => line < from) : lines.find((line) => line > from)
  return found ?? (isBack ? lines[lines.length - 1] : lines[0]) ?? null
}
