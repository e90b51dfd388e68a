/** A chart as a report has it: a block of Markdown that is drawn anew wherever the report is. */

import type { ChartOptions } from '../charts/options'

/**
 * Give the `chart` block of a report for what a panel shows.
 *
 * A moving average, a band and clipped outliers have no words there, and are left out.
 */
export function chartBlock(
  metrics: readonly string[],
  runs: readonly string[],
  options: ChartOptions,
): string {
  const { x, smoothing, isLogX, isLogY, yRange } = options
  const axes = `${isLogX ? 'x' : ''}${isLogY ? 'y' : ''}`
  const lines = [
    `runs: ${list(runs)}`,
    `metrics: ${list(metrics)}`,
    metrics.length > 1 ? 'together: true' : '',
    x === 'step' ? '' : `x: ${typeof x === 'string' ? x : JSON.stringify(x.metric)}`,
    smoothing.kind === 'ema' ? `smoothing: ${smoothing.amount}` : '',
    axes ? `log: ${axes}` : '',
    yRange ? `range: [${yRange.join(', ')}]` : '',
  ]
  return ['```chart', ...lines.filter(Boolean), '```', ''].join('\n')
}

function list(values: readonly string[]): string {
  return `[${values.map((value) => JSON.stringify(value)).join(', ')}]`
}
