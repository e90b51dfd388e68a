/** A diff with what stays the same folded, in one column or in two. */

import type { DiffLine } from './diff'

/** A part of a diff: lines that are shown, or a fold of those that are the same. */
export type Part =
  { kind: 'lines'; lines: DiffLine[] } | { kind: 'fold'; id: number; lines: DiffLine[] }

/** A row of two columns; null where a side has no line. */
export interface Pair {
  old: DiffLine | null
  new: DiffLine | null
}

/** So many lines are shown around a change. */
export const CONTEXT = 3
const LEAST = 4

/**
 * Fold what is far from every change.
 *
 * @param open the ids of the folds that the user opened
 */
export function folded(lines: readonly DiffLine[], open: ReadonlySet<number>): Part[] {
  const isNear = nearness(lines)
  const parts: Part[] = []
  let at = 0
  while (at < lines.length) {
    const from = at
    const isShown = isNear[at]
    while (at < lines.length && isNear[at] === isShown) at += 1
    const piece = lines.slice(from, at)
    const isFold = !isShown && piece.length >= LEAST && !open.has(from)
    const last = parts[parts.length - 1]
    if (isFold) parts.push({ kind: 'fold', id: from, lines: piece })
    else if (last?.kind === 'lines') last.lines.push(...piece)
    else parts.push({ kind: 'lines', lines: piece })
  }
  return parts
}

/** Put lines side by side: what was removed beside what came in its place. */
export function paired(lines: readonly DiffLine[]): Pair[] {
  const pairs: Pair[] = []
  let removed: DiffLine[] = []
  let added: DiffLine[] = []
  const flush = (): void => {
    for (let at = 0; at < Math.max(removed.length, added.length); at += 1)
      pairs.push({ old: removed[at] ?? null, new: added[at] ?? null })
    removed = []
    added = []
  }
  for (const line of lines) {
    if (line.kind === 'removed') {
      if (added.length) flush()
      removed.push(line)
    } else if (line.kind === 'added') {
      added.push(line)
    } else {
      flush()
      pairs.push({ old: line, new: line })
    }
  }
  flush()
  return pairs
}

/** Tell how many lines came and went. */
export function counted(lines: readonly DiffLine[]): { added: number; removed: number } {
  let added = 0
  let removed = 0
  for (const line of lines) {
    if (line.kind === 'added') added += 1
    if (line.kind === 'removed') removed += 1
  }
  return { added, removed }
}

function nearness(lines: readonly DiffLine[]): boolean[] {
  const near = lines.map(() => false)
  lines.forEach((line, at) => {
    if (line.kind === 'same') return
    for (let i = Math.max(0, at - CONTEXT); i <= Math.min(lines.length - 1, at + CONTEXT); i += 1)
      near[i] = true
  })
  return near
}
