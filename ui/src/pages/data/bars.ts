/** Bars of a small histogram: where each stands in a box. Pure. */

/** A bar; the box is `width` by `height`, its origin at the top left. */
export interface Bar {
  x: number
  y: number
  width: number
  height: number
  count: number
}

/** Give the bars of counts; what is there at all is drawn at least one pixel high. */
export function bars(counts: readonly number[], width: number, height: number): Bar[] {
  const most = Math.max(...counts, 1)
  const step = width / Math.max(counts.length, 1)
  const gap = step > 4 ? 1 : 0
  return counts.map((count, i) => {
    const high = count === 0 ? 0 : Math.max(1, (count / most) * height)
    return {
      x: round(i * step),
      y: round(height - high),
      width: round(Math.max(step - gap, 0.5)),
      height: round(high),
      count,
    }
  })
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
