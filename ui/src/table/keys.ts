/** Where a key moves the active cell of a grid. Pure. */

/** A cell; the head is the row -1. */
export interface Place {
  row: number
  column: number
}

/** What there is to move in. */
export interface Extent {
  rows: number
  columns: number
  /** How many rows are seen at once. */
  page: number
}

/** Give where a key leads; null for keys that do not move. */
export function moveOf(
  key: string,
  hasMod: boolean,
  at: Place | null,
  extent: Extent,
): Place | null {
  const from = at ?? { row: -1, column: 0 }
  const last = extent.columns - 1
  const moves: Record<string, Place> = {
    ArrowDown: { row: hasMod ? extent.rows - 1 : from.row + 1, column: from.column },
    ArrowUp: { row: hasMod ? 0 : from.row - 1, column: from.column },
    ArrowRight: { row: from.row, column: hasMod ? last : from.column + 1 },
    ArrowLeft: { row: from.row, column: hasMod ? 0 : from.column - 1 },
    PageDown: { row: from.row + extent.page, column: from.column },
    PageUp: { row: Math.max(0, from.row - extent.page), column: from.column },
    Home: { row: hasMod ? 0 : from.row, column: 0 },
    End: { row: hasMod ? extent.rows - 1 : from.row, column: last },
  }
  const to = moves[key]
  if (!to) return null
  return {
    row: Math.min(Math.max(-1, to.row), extent.rows - 1),
    column: Math.min(Math.max(0, to.column), last),
  }
}
