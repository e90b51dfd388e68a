/** Where charts take their series from: the hub, or what a report has in itself. */

import { getContext, setContext } from 'svelte'
import type { Block } from './block'

/** What is on the axis of a request. */
export type Axis = 'step' | 'time' | 'relative'

/** One series by its run and name. */
export interface SeriesName {
  run: string
  metric: string
}

/** What is asked of some series. */
export interface SeriesQuery {
  series: readonly SeriesName[]
  axis: Axis
  /** Where the range begins on the axis; -Infinity for all. */
  start: number
  /** Where it ends; Infinity for all. */
  end: number
  /** Buckets are 2^level wide, or finer; null for what suits the width. */
  level: number | null
  /** How many points are always told one by one. */
  width: number
  /** How many where the source has no buckets and would have to make them; by default the same. */
  points?: number
}

/** Gives series, and tells when there is more of them. */
export interface SeriesSource {
  /** Give the blocks of a query; one that has no points at all is left out. */
  read(query: SeriesQuery, signal: AbortSignal): Promise<Block[]>
  /** Tell of runs that have more points, until what this gives is called. */
  follow?(runs: readonly string[], grown: (runs: string[]) => void): () => void
}

const KEY = Symbol('series source')

/** Let the charts below take their series from a source; in a component's initialization. */
export function setSeriesSource(source: SeriesSource): void {
  setContext(KEY, source)
}

/** Give the source of this part of the page; undefined where it is the hub. */
export function getSeriesSource(): SeriesSource | undefined {
  return getContext<SeriesSource | undefined>(KEY)
}
