/** A continuous scale of colours that the colour-blind read too: viridis. Pure. */

/** Points of viridis at equal distances, dark to light, each red, green, blue. */
const VIRIDIS: readonly (readonly [number, number, number])[] = [
  [68, 1, 84],
  [71, 45, 123],
  [59, 82, 139],
  [44, 114, 142],
  [33, 145, 140],
  [40, 174, 128],
  [94, 201, 98],
  [173, 220, 48],
  [253, 231, 37],
]

/** Give the colour of a share from 0 to 1. */
export function viridis(share: number): string {
  const at = Math.min(1, Math.max(0, share)) * (VIRIDIS.length - 1)
  const low = Math.floor(at)
  const from = VIRIDIS[low] ?? [0, 0, 0]
  const to = VIRIDIS[low + 1] ?? from
  const mixed = from.map((one, i) => Math.round(one + ((to[i] ?? one) - one) * (at - low)))
  return `rgb(${mixed.join(', ')})`
}

/** The scale as colours of a legend, the smallest first. */
export const VIRIDIS_STOPS: readonly string[] = VIRIDIS.map((one) => `rgb(${one.join(', ')})`)

/**
 * The scale without the ends that vanish on a surface: the darkest on dark, the lightest on light.
 */
export function seen(share: number, isDark: boolean): string {
  return viridis(isDark ? 0.22 + share * 0.78 : share * 0.88)
}
