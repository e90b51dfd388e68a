/** Where a report is shown: on the hub, where runs can be gone to, or in a file of its own. */

import { getContext, setContext } from 'svelte'
import type { Look } from '../charts/palette'
import type { ReportDocument } from './document'

/** What all blocks of a report share. */
export interface Place {
  readonly document: ReportDocument
  readonly looks: Map<string, Look>
  /** Whether runs and models can be gone to. */
  readonly hasLinks: boolean
  /** Whether charts draw what comes while runs write. */
  readonly isLive: boolean
}

const KEY = Symbol('report')

/** Tell the blocks below where they are; in a component's initialization. */
export function setPlace(place: Place): void {
  setContext(KEY, place)
}

/** Give where this block is. */
export function getPlace(): Place {
  return getContext<Place>(KEY)
}
