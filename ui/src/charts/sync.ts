/** Charts of one key: what is pointed at, and which range is shown, in one is so in all. */

import type { Range } from './options'

/** What a chart hears of the others. */
export interface Member {
  /** What is on its axis; only charts of the same one hear of each other. */
  axis: string
  /** The place that is pointed at; null for none. */
  pointed(place: number | null): void
  /** Another one shows a range; more is to come where it is being moved. */
  ranged(range: Range, isMoving: boolean): void
}

const groups = new Map<string, Set<Member>>()

/** Take part in the charts of a key, until what this gives is called. */
export function join(key: string, member: Member): () => void {
  const group = groups.get(key) ?? new Set<Member>()
  groups.set(key, group.add(member))
  return () => {
    group.delete(member)
    if (group.size === 0) groups.delete(key)
  }
}

/** Tell the others of a key where one points. */
export function tellPointed(key: string, from: Member, place: number | null): void {
  for (const one of others(key, from)) one.pointed(place)
}

/** Tell the others of a key which range one shows. */
export function tellRange(key: string, from: Member, range: Range, isMoving: boolean): void {
  for (const one of others(key, from)) one.ranged(range, isMoving)
}

function others(key: string, from: Member): Member[] {
  return [...(groups.get(key) ?? [])].filter((one) => one !== from && one.axis === from.axis)
}
