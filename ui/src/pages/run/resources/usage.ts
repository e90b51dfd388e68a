/** What a run used over time: rates out of counters, and what its limits were. */

import { colourOf } from '../../../charts/palette'

/** Samples as columns of equal length, as the hub gives them. */
export type Columns = Record<string, (number | null)[]>

/** A line over time. */
export interface Line {
  label: string
  colour: string
  /** Seconds since the epoch. */
  times: number[]
  values: (number | null)[]
}

/** How values are written: bytes, bytes a second, CPUs, percent, or plain numbers. */
export type Unit = 'bytes' | 'rate' | 'cpus' | 'percent' | 'number'

/** A chart of what was used. */
export interface Usage {
  title: string
  unit: Unit
  lines: Line[]
  /** A level that could not be passed. */
  limit: { value: number; label: string } | null
}

/** What a run may use at most. */
export interface Limits {
  cpus: number | null
  memoryBytes: number | null
  hostCpus: number | null
  hostMemoryBytes: number | null
}

/** Give the charts of some samples; of what was never measured there is none. */
export function usageOf(columns: Columns, limits: Limits): Usage[] {
  const times = (columns.time ?? []).map((time) => time ?? 0)
  const level = (name: string, label: string, place: number): Line => ({
    label,
    colour: colourOf(place),
    times,
    values: columns[name] ?? [],
  })
  const rate = (name: string, label: string, place: number): Line => ({
    ...level(name, label, place),
    values: rates(times, columns[name] ?? []),
  })
  const all: Usage[] = [
    {
      title: 'CPU',
      unit: 'cpus',
      lines: [rate('cpu_s', 'CPUs in use', 0)],
      limit: limitOf(limits.cpus, limits.hostCpus, 'CPUs'),
    },
    {
      title: 'Memory',
      unit: 'bytes',
      lines: [level('memory_bytes', 'memory', 4)],
      limit: limitOf(limits.memoryBytes, null, ''),
    },
    {
      title: 'GPU',
      unit: 'percent',
      lines: [level('gpu_percent', 'GPU', 2)],
      limit: null,
    },
    {
      title: 'GPU memory',
      unit: 'bytes',
      lines: [level('gpu_memory_bytes', 'GPU memory', 6)],
      limit: null,
    },
    {
      title: 'Disk',
      unit: 'rate',
      lines: [rate('disk_read_bytes', 'read', 0), rate('disk_write_bytes', 'written', 1)],
      limit: null,
    },
    {
      title: 'Network',
      unit: 'rate',
      lines: [rate('network_in_bytes', 'in', 0), rate('network_out_bytes', 'out', 1)],
      limit: null,
    },
  ]
  return all
    .map((usage) => ({ ...usage, lines: usage.lines.filter((line) => hasValues(line)) }))
    .filter((usage) => usage.lines.length > 0)
}

/** Give how fast a counter grew up to each sample, a second; one that began anew says nothing. */
export function rates(
  times: readonly number[],
  totals: readonly (number | null)[],
): (number | null)[] {
  let before: { time: number; total: number } | null = null
  return totals.map((total, at) => {
    const time = times[at] ?? 0
    if (total === null) return null
    const last = before
    before = { time, total }
    if (!last || time <= last.time || total < last.total) return null
    return (total - last.total) / (time - last.time)
  })
}

/** Give ticks of an axis that are easy to read, so many at most. */
export function niceTicks(low: number, high: number, most: number, base = 10): number[] {
  const span = high - low
  if (!(span > 0)) return [low]
  const power = base ** Math.floor(Math.log(span / most) / Math.log(base))
  const steps = base === 10 ? [1, 2, 5, 10] : [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024]
  const step = (steps.find((one) => one * power * most >= span) ?? base) * power
  const ticks: number[] = []
  for (let at = Math.ceil(low / step) * step; at <= high + step / 1e6; at += step) ticks.push(at)
  return ticks
}

/** Give ticks of a time since the beginning, in seconds. */
export function timeTicks(from: number, to: number, most: number): number[] {
  const steps = [
    1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21_600, 43_200, 86_400,
  ]
  const span = to - from
  if (span < most) return niceTicks(from, to, most)
  const day = 86_400
  const step = steps.find((one) => one * most >= span) ?? Math.ceil(span / most / day) * day
  const ticks: number[] = []
  for (let at = Math.ceil(from / step) * step; at <= to; at += step) ticks.push(at)
  return ticks
}

/** Give a time since the beginning as clocks show it: `1:05`, `2:03:00`. */
export function clockTime(seconds: number): string {
  const sign = seconds < 0 ? '−' : ''
  const whole = Math.abs(seconds)
  if (whole < 10 && !Number.isInteger(whole)) return `${sign}0:0${whole.toFixed(1)}`
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, Math.round(whole % 60)]
  const two = (n: number): string => String(n).padStart(2, '0')
  return `${sign}${h ? `${h}:${two(m)}` : m}:${two(s)}`
}

function limitOf(own: number | null, host: number | null, word: string): Usage['limit'] {
  if (own) return { value: own, label: 'limit' }
  return host ? { value: host, label: `all ${word} of the machine`.replace('  ', ' ') } : null
}

function hasValues(line: Line): boolean {
  return line.values.some((value) => value !== null)
}
