/** What is drawn of the traces: themselves, or the mean of each group. */

import { groupLine } from './grouping'
import { NO_LINE, smoothedLine, type Line } from './line'
import type { ChartOptions } from './options'
import type { Dash } from './palette'
import type { Trace } from './trace'

/** One thing that is drawn. */
export interface Drawn {
  line: Line
  label: string
  colour: string
  dash: Dash
  /** The trace; null of a group. */
  trace: Trace | null
  /** How many traces it is the mean of; 0 of a trace. */
  members: number
  /** Whether it is only behind another one. */
  isBehind: boolean
}

/** Give what is drawn, what is behind first. */
export function composed(
  traces: readonly Trace[],
  lines: readonly Line[],
  options: ChartOptions,
): Drawn[] {
  const singles = traces.map((trace, i) => single(trace, lines[i], options))
  if (!options.isGrouped) return singles
  const groups = new Map<string, Drawn[]>()
  for (const one of singles) {
    const name = one.trace?.group ?? one.label
    groups.set(name, [...(groups.get(name) ?? []), one])
  }
  const means = [...groups].map(([name, members]) => mean(name, members, options))
  const behind = options.hasSingles ? singles.map((one) => ({ ...one, isBehind: true })) : []
  return [...behind, ...means]
}

function single(trace: Trace, line: Line | undefined, options: ChartOptions): Drawn {
  return {
    line: smoothedLine(line ?? NO_LINE, options.smoothing),
    label: trace.label,
    colour: trace.colour,
    dash: trace.dash ?? [],
    trace,
    members: 0,
    isBehind: false,
  }
}

function mean(name: string, members: Drawn[], options: ChartOptions): Drawn {
  const filled = members.filter((one) => one.line.x.length > 0)
  const lines = filled.map((one) => one.line)
  return {
    line: groupLine(lines, options.groupBand),
    label: name,
    colour: members[0]?.colour ?? '',
    dash: members[0]?.dash ?? [],
    trace: null,
    members: filled.length,
    isBehind: false,
  }
}
