/** How two things go together. Pure. */

/** Give Pearson's r of pairs; null where one of the two never changes. */
export function pearson(x: readonly number[], y: readonly number[]): number | null {
  const meanX = mean(x)
  const meanY = mean(y)
  let xy = 0
  let xx = 0
  let yy = 0
  for (let i = 0; i < x.length; i++) {
    const dx = (x[i] ?? 0) - meanX
    const dy = (y[i] ?? 0) - meanY
    xy += dx * dy
    xx += dx * dx
    yy += dy * dy
  }
  return xx > 0 && yy > 0 ? xy / Math.sqrt(xx * yy) : null
}

/** Give Spearman's ρ: Pearson's r of the ranks, equal values sharing theirs. */
export function spearman(x: readonly number[], y: readonly number[]): number | null {
  return pearson(ranks(x), ranks(y))
}

/**
 * Give η, from 0 to 1: the root of the share of the variance that lies between categories.
 *
 * Source: the correlation ratio of Fisher (1925).
 */
export function correlationRatio(words: readonly string[], y: readonly number[]): number | null {
  const groups = new Map<string, number[]>()
  words.forEach((word, i) => groups.set(word, [...(groups.get(word) ?? []), y[i] ?? 0]))
  const all = mean(y)
  const total = y.reduce((sum, one) => sum + (one - all) ** 2, 0)
  if (total === 0 || groups.size < 2) return null
  let between = 0
  for (const group of groups.values()) between += group.length * (mean(group) - all) ** 2
  return Math.sqrt(Math.min(1, between / total))
}

/** Give the rank of each number from 1; equal ones have the mean of theirs. */
export function ranks(numbers: readonly number[]): number[] {
  const order = numbers.map((_, i) => i).sort((a, b) => (numbers[a] ?? 0) - (numbers[b] ?? 0))
  const found = new Array<number>(numbers.length)
  for (let from = 0; from < order.length;) {
    let to = from
    while (to + 1 < order.length && numbers[order[to + 1] ?? 0] === numbers[order[from] ?? 0]) to++
    for (let i = from; i <= to; i++) found[order[i] ?? 0] = (from + to) / 2 + 1
    from = to + 1
  }
  return found
}

/** Give the mean; 0 of nothing. */
export function mean(numbers: readonly number[]): number {
  return numbers.length ? numbers.reduce((sum, one) => sum + one, 0) / numbers.length : 0
}
