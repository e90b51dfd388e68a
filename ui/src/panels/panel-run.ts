/** What the charts workspace is given: runs with their looks, and what is known of their metrics. */

import type { Schemas } from '../api/client'
import type { Dash } from '../charts/palette'

/** A run whose metrics are drawn. */
export interface PanelRun {
  id: string
  /** What people read, such as its name. */
  label: string
  /** A CSS colour. */
  colour: string
  /** By default runs of one colour have lines that differ. */
  dash?: Dash
  /** Runs of one group may be drawn as their mean. */
  group?: string
}

/** A metric that some of the runs have. */
export type Metric = Schemas['MetricName']

/** Whether a metric is one value of each run, and no line. */
export function isSingle(metric: Metric | undefined): boolean {
  return metric !== undefined && metric.most <= 1
}
