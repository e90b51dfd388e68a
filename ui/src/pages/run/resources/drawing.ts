/** A line over time as a path of SVG, with as much as pixels can show. */

import type { Line } from './usage'

/**
 * Give the path of a line. Where many samples fall on one pixel, the least and the most of them
 * are drawn; where one is missing, the line has a gap.
 */
export function pathOf(
  line: Line,
  x: (time: number) => number,
  y: (value: number) => number,
  from: number,
  to: number,
  pixels: number,
): string {
  const first = Math.max(0, placeOf(line.times, from) - 1)
  const last = Math.min(line.times.length, placeOf(line.times, to) + 1)
  const each = Math.max(1, Math.floor((last - first) / (pixels * 2)))
  let path = ''
  let isDown = false
  for (let at = first; at < last; at += each) {
    const piece = extremes(line, at, Math.min(at + each, last))
    if (piece.length === 0) isDown = false
    for (const [time, value] of piece) {
      path += `${isDown ? 'L' : 'M'}${x(time).toFixed(1)} ${y(value).toFixed(1)}`
      isDown = true
    }
  }
  return path
}

/** Give the value of a line at a time: that of the nearest sample; null where it has none. */
export function valueAt(line: Line, time: number): number | null {
  const after = placeOf(line.times, time)
  const candidates = [after - 1, after].filter((at) => at >= 0 && at < line.times.length)
  const nearest = candidates.sort(
    (a, b) => Math.abs((line.times[a] ?? 0) - time) - Math.abs((line.times[b] ?? 0) - time),
  )[0]
  return nearest === undefined ? null : (line.values[nearest] ?? null)
}

/** Give the place of the first time that is not before another. */
export function placeOf(times: readonly number[], time: number): number {
  let low = 0
  let high = times.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((times[middle] ?? 0) < time) low = middle + 1
    else high = middle
  }
  return low
}

function extremes(line: Line, from: number, to: number): [number, number][] {
  let least = -1
  let most = -1
  for (let at = from; at < to; at += 1) {
    const value = line.values[at]
    if (value === null || value === undefined) continue
    if (least < 0 || value < (line.values[least] ?? 0)) least = at
    if (most < 0 || value > (line.values[most] ?? 0)) most = at
  }
  if (least < 0) return []
  const places = least === most ? [least] : [Math.min(least, most), Math.max(least, most)]
  return places.map((at) => [line.times[at] ?? 0, line.values[at] ?? 0])
}
