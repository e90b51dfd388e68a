/** Scales: from values to shares of the picture, straight or logarithmic. */

/** The part of an axis that is shown. */
export interface Scale {
  isLog: boolean
  min: number
  max: number
}

/** Shares of the picture that are left free above and below all values. */
const PADDING = 0.06
/** A logarithm shows no more decades than these below the largest value. */
const MOST_DECADES = 12

/** Give where a value is: 0 at the beginning of the scale, 1 at its end; NaN where it has none. */
export function toShare(scale: Scale, value: number): number {
  const [min, max] = ends(scale)
  return (moved(scale, value) - min) / (max - min)
}

/** Give the value at a share of the scale. */
export function atShare(scale: Scale, share: number): number {
  const [min, max] = ends(scale)
  const value = min + share * (max - min)
  return scale.isLog ? 10 ** value : value
}

/** Give a scale moved by a share of itself. */
export function panned(scale: Scale, share: number): Scale {
  return { ...scale, min: atShare(scale, share), max: atShare(scale, 1 + share) }
}

/** Give a scale of which less is shown, or more where the factor is above 1, about a share. */
export function zoomed(scale: Scale, factor: number, about: number): Scale {
  const min = atShare(scale, about - about * factor)
  const max = atShare(scale, about + (1 - about) * factor)
  // No finer than numbers can be told apart.
  const least = Math.max(Math.abs(min), Math.abs(max), Number.MIN_VALUE) * 1e-13
  return max - min > least ? { ...scale, min, max } : scale
}

/** Give the scale of a range, of which a logarithm shows what is above 0. */
export function scaleOf(first: number, last: number, isLog: boolean): Scale {
  if (!isLog) {
    if (first < last) return { isLog, min: first, max: last }
    const around = Math.abs(first) * 0.05 || 1
    return { isLog, min: first - around, max: first + around }
  }
  const max = last > 0 ? last : 1
  const min = first > 0 ? first : max / 10 ** MOST_DECADES
  return min < max ? { isLog, min, max } : { isLog, min: min / 2, max: max * 2 }
}

/** Give a scale with room around its values. */
export function padded(scale: Scale): Scale {
  return { ...scale, min: atShare(scale, -PADDING), max: atShare(scale, 1 + PADDING) }
}

/** Give places in pixels for values, in one loop; `isUp` where 0 is at the bottom. */
export function toPixels(
  values: Float64Array,
  scale: Scale,
  size: number,
  isUp = false,
): Float64Array {
  const [min, max] = ends(scale)
  const by = (isUp ? -size : size) / (max - min)
  const from = (isUp ? size : 0) - min * by
  const found = new Float64Array(values.length)
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? NaN
    found[i] = (scale.isLog ? logarithm(value) : value) * by + from
  }
  return found
}

function ends(scale: Scale): [number, number] {
  return [moved(scale, scale.min), moved(scale, scale.max)]
}

function moved(scale: Scale, value: number): number {
  return scale.isLog ? logarithm(value) : value
}

function logarithm(value: number): number {
  return value > 0 ? Math.log10(value) : NaN
}
