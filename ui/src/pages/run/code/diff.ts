/** How two texts differ, line by line: the shortest edit, found as git finds it. */

/** A line of a diff; `old` and `new` are numbers of lines from 1, null on the side that lacks it. */
export interface DiffLine {
  kind: 'same' | 'added' | 'removed'
  old: number | null
  new: number | null
  text: string
}

const MOST_EDITS = 2000

/**
 * Give the lines of both texts in order.
 *
 * Source: Myers (1986), "An O(ND) Difference Algorithm and Its Variations". Texts that differ in
 * more than some thousand lines are told as removed and added between what they share at the ends.
 */
export function diffLines(before: string, after: string): DiffLine[] {
  const a = linesOf(before)
  const b = linesOf(after)
  let begin = 0
  while (begin < a.length && begin < b.length && a[begin] === b[begin]) begin += 1
  let tail = 0
  while (
    tail < a.length - begin &&
    tail < b.length - begin &&
    a[a.length - 1 - tail] === b[b.length - 1 - tail]
  )
    tail += 1
  const found: DiffLine[] = []
  for (let at = 0; at < begin; at += 1) found.push(same(a, at, at))
  found.push(...middle(a, b, begin, a.length - tail, b.length - tail))
  for (let at = tail; at > 0; at -= 1) found.push(same(a, a.length - at, b.length - at))
  return found
}

/** Give the lines of a text; an end of line at its end begins no other. */
export function linesOf(text: string): string[] {
  if (text === '') return []
  const lines = text.replaceAll('\r\n', '\n').split('\n')
  if (lines[lines.length - 1] === '') lines.pop()
  return lines
}

function same(a: string[], old: number, now: number): DiffLine {
  return { kind: 'same', old: old + 1, new: now + 1, text: a[old] ?? '' }
}

function middle(a: string[], b: string[], begin: number, endA: number, endB: number): DiffLine[] {
  const trace = edits(a, b, begin, endA, endB)
  if (trace === null) return replaced(a, b, begin, endA, endB)
  const found: DiffLine[] = []
  let x = endA - begin
  let y = endB - begin
  for (let d = trace.length - 1; d >= 0; d -= 1) {
    const reach = trace[d] as Int32Array
    const k = x - y
    const isDown = k === -d || (k !== d && at(reach, k - 1) < at(reach, k + 1))
    const before = isDown ? k + 1 : k - 1
    const fromX = d === 0 ? 0 : at(reach, before)
    const fromY = d === 0 ? 0 : fromX - before
    const startX = d === 0 ? 0 : isDown ? fromX : fromX + 1
    while (x > startX && y > startX - k) {
      x -= 1
      y -= 1
      found.push(same(a, begin + x, begin + y))
    }
    if (d === 0) break
    if (isDown) {
      y -= 1
      found.push({ kind: 'added', old: null, new: begin + y + 1, text: b[begin + y] ?? '' })
    } else {
      x -= 1
      found.push({ kind: 'removed', old: begin + x + 1, new: null, text: a[begin + x] ?? '' })
    }
    x = fromX
    y = fromY
  }
  return found.reverse()
}

/** Give how far each diagonal was reached before each edit; null where there are too many. */
function edits(
  a: string[],
  b: string[],
  begin: number,
  endA: number,
  endB: number,
): Int32Array[] | null {
  const n = endA - begin
  const m = endB - begin
  let reach = new Int32Array(3)
  const trace: Int32Array[] = []
  for (let d = 0; d <= Math.min(n + m, MOST_EDITS); d += 1) {
    trace.push(reach)
    const next = new Int32Array(2 * d + 5)
    for (let k = -d; k <= d; k += 2) {
      const isDown = k === -d || (k !== d && at(reach, k - 1) < at(reach, k + 1))
      let x = d === 0 ? 0 : isDown ? at(reach, k + 1) : at(reach, k - 1) + 1
      while (x < n && x - k < m && a[begin + x] === b[begin + x - k]) x += 1
      next[k + d + 2] = x
      if (x >= n && x - k >= m) return trace
    }
    reach = next
  }
  return null
}

/** The diagonals of the round before stand around the middle of the array. */
function at(reach: Int32Array, k: number): number {
  return reach[k + (reach.length - 1) / 2] ?? 0
}

function replaced(a: string[], b: string[], begin: number, endA: number, endB: number): DiffLine[] {
  const removed = a
    .slice(begin, endA)
    .map((text, at): DiffLine => ({ kind: 'removed', old: begin + at + 1, new: null, text }))
  const added = b
    .slice(begin, endB)
    .map((text, at): DiffLine => ({ kind: 'added', old: null, new: begin + at + 1, text }))
  return [...removed, ...added]
}
