/** Sets of runs as short texts: `3-7,12` are the runs of the numbers 3 to 7 and 12. Pure. */

const LONGEST = 6000
const MOST = 200_000

/** Write a set of numbers; null for none, and where it would be too long for an address. */
export function writeNumbers(numbers: ReadonlySet<number>): string | null {
  const sorted = Int32Array.from(numbers).sort()
  const parts: string[] = []
  for (let i = 0; i < sorted.length;) {
    const from = sorted[i] ?? 0
    let to = from
    while (sorted[++i] === to + 1) to += 1
    parts.push(to > from ? `${from}-${to}` : `${from}`)
  }
  const text = parts.join(',')
  return text.length > 0 && text.length <= LONGEST ? text : null
}

/** Read what `writeNumbers` wrote; what is no number is left out. */
export function readNumbers(text: string | null): Set<number> {
  const found = new Set<number>()
  for (const part of (text ?? '').split(',')) {
    const match = /^(\d{1,9})(?:-(\d{1,9}))?$/.exec(part)
    if (!match) continue
    const from = Number(match[1])
    const to = Number(match[2] ?? match[1])
    for (let number = from; number <= to && found.size < MOST; number++) found.add(number)
  }
  return found
}
