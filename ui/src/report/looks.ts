/** Which colour each run of a report has: the same in all of its blocks. */

import { lookOf, type Look } from '../charts/palette'
import type { Block, BlockOf, ReportDocument } from './document'

/** Give the look of each run: those that are drawn as lines first, in the order of the blocks. */
export function looksOf(document: ReportDocument): Map<string, Look> {
  const looks = new Map<string, Look>()
  const { blocks } = document
  for (const run of [...blocks.flatMap(drawnIn), ...blocks.flatMap(listedIn)]) {
    if (!looks.has(run)) looks.set(run, lookOf(looks.size))
  }
  return looks
}

/** One line of a legend: what shares a look. */
export interface Entry {
  label: string
  look: Look
  run: string | null
}

/** Give the looks of a chart's lines by a key, and the legend that tells them. */
export function chartLooks(
  chart: BlockOf<'chart'>,
  runs: Map<string, Look>,
): { keyOf: (trace: ChartTrace) => string; entries: Map<string, Entry> } {
  const metrics = new Set(chart.plots.flatMap((plot) => plot.traces.map((one) => one.metric)))
  const isMixed = chart.plots.some((plot) => new Set(plot.traces.map((t) => t.metric)).size > 1)
  const keyOf = (trace: ChartTrace) =>
    trace.group ?? (isMixed && metrics.size > 1 ? `${trace.run}\n${trace.metric}` : trace.run)
  const entries = new Map<string, Entry>()
  for (const trace of chart.plots.flatMap((plot) => plot.traces)) {
    const key = keyOf(trace)
    if (entries.has(key)) continue
    const isRun = key === trace.run
    const look = (isRun && runs.get(trace.run)) || lookOf(entries.size)
    entries.set(key, { label: trace.group ?? trace.label, look, run: isRun ? trace.run : null })
  }
  return { keyOf, entries }
}

type ChartTrace = BlockOf<'chart'>['plots'][number]['traces'][number]

function drawnIn(block: Block): string[] {
  if (block.kind !== 'chart' || block.is_grouped) return []
  return block.plots.flatMap((plot) => plot.traces.map((trace) => trace.run))
}

function listedIn(block: Block): string[] {
  return block.kind === 'runs' && !block.is_hidden ? block.runs : []
}
