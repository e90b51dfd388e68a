/** Options that one panel has for itself: only what differs from those of all panels, compactly. */

import {
  DEFAULTS,
  packOptions,
  unpackOptions,
  withDefaults,
  type ChartOptions,
} from '../charts/options'

/** What a panel chooses for itself. */
export type OwnOptions = Partial<ChartOptions>

/** Names of options that a panel sets back to what is usual, in the compact form. */
const BACK: Record<keyof ChartOptions, string> = {
  x: 'x',
  isLogX: 'lx',
  isLogY: 'ly',
  smoothing: 'e',
  hasRaw: 'w',
  hasBand: 'b',
  bucketValue: 'a',
  hasMarkers: 'k',
  isGrouped: 'g',
  groupBand: 'd',
  hasSingles: 's',
  clipsOutliers: 'o',
  xRange: 'r',
  yRange: 'y',
}
const NAMES = Object.keys(BACK) as (keyof ChartOptions)[]
const USUAL = '.'

/** Give the compact form, such as `ly~.e`: a logarithmic axis, and no smoothing whatever others have. */
export function packOwn(own: OwnOptions): string {
  const changed = packOptions(withDefaults(own))
  const usual = NAMES.filter((name) => name in own && isSame(own[name], DEFAULTS[name]))
  return [changed, ...usual.map((name) => USUAL + BACK[name])].filter(Boolean).join('~')
}

/** Give what a compact form says; parts that are not known are left out. */
export function unpackOwn(text: string): OwnOptions {
  const parts = text.split('~')
  const read = unpackOptions(parts.filter((part) => !part.startsWith(USUAL)).join('~'))
  const own: OwnOptions = {}
  for (const name of NAMES) {
    const isBack = parts.includes(USUAL + BACK[name])
    if (isBack || !isSame(read[name], DEFAULTS[name])) Object.assign(own, { [name]: read[name] })
  }
  return own
}

/** Give what a panel chooses when its options become these, where those of all panels are others. */
export function ownOf(all: ChartOptions, wanted: ChartOptions): OwnOptions {
  const names = NAMES.filter((name) => !isSame(all[name], wanted[name]))
  return Object.fromEntries(names.map((name) => [name, wanted[name]]))
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
