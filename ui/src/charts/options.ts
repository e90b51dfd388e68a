/**
 * What a user chooses of a chart, and its compact form for URLs and files.
 *
 * The compact form has only what differs from the defaults: `KEYVALUE` parts joined by `~`, such
 * as `xt~ly~e0.9~r0:100`. It needs no escaping in a query string. A part that is not known, or
 * does not fit, is left out, so that old links keep working.
 */

/** What a chart shows to the right: `{ metric }` is the value of another metric, joined by step. */
export type XAxis = 'step' | 'time' | 'relative' | { metric: string }

/** `ema`: exponential moving average, debiased, by weight (0 to 1); `mean`: of so many points. */
export type Smoothing = { kind: 'none' } | { kind: 'ema' | 'mean'; amount: number }

/** What is drawn around the mean of a group. */
export type GroupBand = 'std' | 'sem' | 'range' | 'none'

/** What a line goes through where many points are one bucket. */
export type BucketValue = 'mean' | 'last' | 'low' | 'high'

/** A range of an axis, in its units; null for what the data has. */
export type Range = readonly [number, number] | null

/** What a user chooses of a chart. */
export interface ChartOptions {
  x: XAxis
  isLogX: boolean
  isLogY: boolean
  smoothing: Smoothing
  /** Whether the raw line is drawn behind a smoothed one. */
  hasRaw: boolean
  /** Whether the band between lowest and highest is drawn where many points are one bucket. */
  hasBand: boolean
  bucketValue: BucketValue
  /** Whether points are marked, where there are few. */
  hasMarkers: boolean
  /** Whether the traces of a group become its mean. */
  isGrouped: boolean
  groupBand: GroupBand
  /** Whether a group's own traces are drawn behind its mean. */
  hasSingles: boolean
  /** Whether values far from the others are left out of the range of y. */
  clipsOutliers: boolean
  xRange: Range
  yRange: Range
}

/** What a chart is without any choice. */
export const DEFAULTS: ChartOptions = {
  x: 'step',
  isLogX: false,
  isLogY: false,
  smoothing: { kind: 'none' },
  hasRaw: true,
  hasBand: true,
  bucketValue: 'mean',
  hasMarkers: false,
  isGrouped: false,
  groupBand: 'std',
  hasSingles: false,
  clipsOutliers: false,
  xRange: null,
  yRange: null,
}

const FLAGS = [
  ['isLogX', 'lx'],
  ['isLogY', 'ly'],
  ['isGrouped', 'g'],
  ['hasSingles', 's'],
  ['clipsOutliers', 'o'],
  ['hasRaw', 'w'],
  ['hasBand', 'b'],
  ['hasMarkers', 'k'],
] as const
const AXES: Record<string, XAxis> = { t: 'time', r: 'relative' }
const BANDS: Record<string, GroupBand> = { e: 'sem', r: 'range', n: 'none' }
const VALUES: Record<string, BucketValue> = { l: 'last', n: 'low', x: 'high' }

/** How the numbers of the axis to the right are read. */
export type XKind = 'number' | 'time' | 'duration'

/** Give how the numbers of an axis are read. */
export function kindOf(x: XAxis): XKind {
  if (x === 'time') return 'time'
  return x === 'relative' ? 'duration' : 'number'
}

/** Give options with all that is not chosen by default. */
export function withDefaults(chosen: Partial<ChartOptions> = {}): ChartOptions {
  return { ...DEFAULTS, ...chosen }
}

/** Give the compact form; empty where all is as by default. */
export function packOptions(options: ChartOptions): string {
  const parts: string[] = []
  if (typeof options.x === 'object') parts.push(`xm${encodeName(options.x.metric)}`)
  else if (options.x !== 'step') parts.push(`x${options.x[0] ?? ''}`)
  for (const [name, key] of FLAGS) {
    if (options[name] !== DEFAULTS[name]) parts.push(`${key}${options[name] ? '' : '0'}`)
  }
  const { smoothing } = options
  if (smoothing.kind !== 'none')
    parts.push(`${smoothing.kind === 'ema' ? 'e' : 'm'}${smoothing.amount}`)
  const band = Object.entries(BANDS).find(([, value]) => value === options.groupBand)
  if (band) parts.push(`d${band[0]}`)
  const value = Object.entries(VALUES).find(([, one]) => one === options.bucketValue)
  if (value) parts.push(`a${value[0]}`)
  if (options.xRange) parts.push(`r${options.xRange.join(':')}`)
  if (options.yRange) parts.push(`y${options.yRange.join(':')}`)
  return parts.join('~')
}

/** Give the options of a compact form. */
export function unpackOptions(text: string): ChartOptions {
  const options = withDefaults()
  for (const part of text.split('~')) readPart(options, part)
  return options
}

function readPart(options: ChartOptions, part: string): void {
  for (const [name, key] of FLAGS) {
    if (part === key || part === `${key}0`) {
      options[name] = part === key
      return
    }
  }
  const key = part[0]
  const rest = part.slice(1)
  if (key === 'x') options.x = axisOf(rest) ?? options.x
  else if (key === 'e') options.smoothing = smoothingOf('ema', rest) ?? options.smoothing
  else if (key === 'm') options.smoothing = smoothingOf('mean', rest) ?? options.smoothing
  else if (key === 'd') options.groupBand = BANDS[rest] ?? options.groupBand
  else if (key === 'a') options.bucketValue = VALUES[rest] ?? options.bucketValue
  else if (key === 'r') options.xRange = rangeOf(rest)
  else if (key === 'y') options.yRange = rangeOf(rest)
}

function axisOf(text: string): XAxis | undefined {
  if (!text.startsWith('m')) return AXES[text]
  const metric = decodeName(text.slice(1))
  return metric ? { metric } : undefined
}

function smoothingOf(kind: 'ema' | 'mean', text: string): Smoothing | undefined {
  const amount = Number(text)
  if (!text || !Number.isFinite(amount)) return undefined
  if (kind === 'ema') return amount > 0 && amount < 1 ? { kind, amount } : undefined
  return amount >= 2 && amount <= 1e6 ? { kind, amount: Math.round(amount) } : undefined
}

function rangeOf(text: string): Range {
  const [first, last] = text.split(':').map(Number)
  if (first === undefined || last === undefined) return null
  return Number.isFinite(first) && Number.isFinite(last) && first < last ? [first, last] : null
}

function encodeName(name: string): string {
  return encodeURIComponent(name).replaceAll('~', '%7E')
}

function decodeName(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return ''
  }
}
