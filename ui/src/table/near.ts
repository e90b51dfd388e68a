/** The known name that is nearest to one that was mistyped. Pure. */

const MOST_NAMES = 3000

/** Give it; null where none is near. */
export function nearest(typed: string, names: readonly string[]): string | null {
  const most = Math.max(1, Math.floor(typed.length / 4))
  let best: string | null = null
  let least = most + 1
  for (const name of names.slice(0, MOST_NAMES)) {
    if (Math.abs(name.length - typed.length) >= least) continue
    const distance = edits(typed.toLowerCase(), name.toLowerCase())
    if (distance < least) [best, least] = [name, distance]
  }
  return best
}

/** Count the letters to add, to take away or to change. */
function edits(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, i) => i)
  for (let i = 1; i <= from.length; i++) {
    const next = [i]
    for (let j = 1; j <= to.length; j++) {
      const same = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1)
      next.push(Math.min(same, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[to.length] ?? 0
}
