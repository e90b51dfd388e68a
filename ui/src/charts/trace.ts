/** What a chart draws: one metric of one run, with its look. */

import type { Dash } from './palette'

/** One line of a chart. */
export interface Trace {
  run: string
  metric: string
  /** What people read, such as the run's name. */
  label: string
  /** A CSS colour, such as `colourOf` gives. */
  colour: string
  /** Lengths of strokes and gaps; none is a line without gaps. */
  dash?: Dash
  /** Traces of one group are drawn as their mean and deviation, where the options say so. */
  group?: string
}

/** Give what tells a trace apart from all others. */
export function traceKey(trace: { run: string; metric: string }): string {
  return `${trace.run}\n${trace.metric}`
}
