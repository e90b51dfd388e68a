/** How panels lie: what the user moved, joined, resized and hid, against what names give. Pure. */

import type { Sections } from './sections'

/** A panel that stands elsewhere than its name gives. */
export interface Move {
  panel: string
  section: string
  /** The panel that it stands before; null for the end of the section. */
  before: string | null
}

/** How large a panel is: columns wide, rows high. */
export interface Size {
  width: number
  height: number
}

/** What the user changed. */
export interface Layout {
  moves: readonly Move[]
  /** Other metrics in a panel, by the panel's own. */
  joins: Readonly<Record<string, readonly string[]>>
  sizes: Readonly<Record<string, Size>>
  hidden: readonly string[]
  closed: readonly string[]
  /** How many columns there are; 0 for as many as there is room for. */
  columns: number
}

/** One panel: what it draws, and how large it is. */
export interface Panel {
  /** Its first metric. */
  id: string
  metrics: string[]
  size: Size
}

/** Nothing changed. */
export const NO_LAYOUT: Layout = {
  moves: [],
  joins: {},
  sizes: {},
  hidden: [],
  closed: [],
  columns: 0,
}

/** How large panels are by default, and may be. */
export const USUAL_SIZE: Size = { width: 1, height: 6 }
/** How wide a panel may be, in columns. */
export const MOST_COLUMNS = 6
const LEAST_ROWS = 2
const MOST_ROWS = 20

/** Give the nearest size that is allowed. */
export function fittingSize({ width, height }: Size): Size {
  const within = (value: number, least: number, most: number) =>
    Math.min(most, Math.max(least, Math.round(value)))
  return { width: within(width, 1, MOST_COLUMNS), height: within(height, LEAST_ROWS, MOST_ROWS) }
}

/** Gives how large a panel of some metrics is by itself. */
export type UsualSize = (metrics: readonly string[]) => Size

/** Give the panels of each section as the user laid them out. */
export function arranged(
  names: Sections,
  layout: Layout,
  usual: UsualSize = () => USUAL_SIZE,
): Map<string, Panel[]> {
  const known = allOf(names)
  const panelOf = (id: string): Panel => {
    const joined = (layout.joins[id] ?? []).filter((name) => known.has(name))
    const metrics = [id, ...joined]
    return { id, metrics, size: layout.sizes[id] ?? usual(metrics) }
  }
  const found = new Map<string, Panel[]>()
  for (const [section, ids] of placed(names, layout)) {
    if (ids.length) found.set(section, ids.map(panelOf))
  }
  return found
}

let lastNames: Sections | undefined
let lastKnown = new Set<string>()

/** Give all names of sections; kept for the next panel of the same ones. */
function allOf(names: Sections): Set<string> {
  if (names !== lastNames) {
    lastNames = names
    lastKnown = new Set([...names.values()].flat())
  }
  return lastKnown
}

/** Give the panels of each section by what they are called. */
function placed(names: Sections, layout: Layout): Sections {
  return moved(unmoved(names, layout), layout.moves)
}

/** Give where panels are without any move: not those that are hidden, or a part of another. */
function unmoved(names: Sections, layout: Layout): Sections {
  const known = allOf(names)
  const gone = new Set(layout.hidden)
  for (const [host, others] of Object.entries(layout.joins)) {
    if (known.has(host)) others.forEach((name) => gone.add(name))
  }
  return new Map([...names].map(([section, ids]) => [section, ids.filter((id) => !gone.has(id))]))
}

function moved(sections: Sections, moves: readonly Move[]): Sections {
  const known = new Set([...sections.values()].flat())
  const valid = moves.filter((move) => known.has(move.panel))
  const away = new Set(valid.map((move) => move.panel))
  const found: Sections = new Map()
  for (const { section } of valid) if (!sections.has(section)) found.set(section, [])
  for (const [section, ids] of sections)
    found.set(
      section,
      ids.filter((id) => !away.has(id)),
    )
  // From the last on: the panel that one stands before may have been moved itself.
  for (const { panel, section, before } of [...valid].reverse()) {
    const ids = found.get(section) ?? []
    const at = before === null ? -1 : ids.indexOf(before)
    ids.splice(at < 0 ? ids.length : at, 0, panel)
    found.set(section, ids)
  }
  return found
}

/** Move a panel before another one, or to the end of a section. */
export function movePanel(names: Sections, layout: Layout, move: Move): Layout {
  if (move.before === move.panel) return layout
  const base = unmoved(names, layout)
  const wanted = moved(base, layout.moves)
  for (const [section, ids] of wanted) {
    wanted.set(
      section,
      ids.filter((id) => id !== move.panel),
    )
  }
  const ids = wanted.get(move.section) ?? []
  const at = move.before === null ? -1 : ids.indexOf(move.before)
  ids.splice(at < 0 ? ids.length : at, 0, move.panel)
  wanted.set(move.section, ids)
  const known = new Set([...base.values()].flat())
  // What is said of metrics that these runs lack stays for runs that have them.
  const others = layout.moves.filter((one) => !known.has(one.panel))
  return { ...layout, moves: [...movesBetween(base, wanted), ...others] }
}

/** Give the fewest moves that lead from one order to another. */
export function movesBetween(from: Sections, to: Sections): Move[] {
  const found: Move[] = []
  for (const [section, ids] of to) {
    const places = new Map((from.get(section) ?? []).map((id, place) => [id, place]))
    const staying = longestRising(ids, places)
    ids.forEach((panel, i) => {
      if (!staying.has(panel)) found.push({ panel, section, before: ids[i + 1] ?? null })
    })
  }
  return found
}

/** Give the most names that are in their old order. */
function longestRising(ids: readonly string[], places: ReadonlyMap<string, number>): Set<string> {
  const ends: { place: number; id: string; previous: number }[] = []
  const tails: number[] = []
  for (const id of ids) {
    const place = places.get(id)
    if (place === undefined) continue
    let low = 0
    let high = tails.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((ends[tails[middle] ?? 0]?.place ?? 0) < place) low = middle + 1
      else high = middle
    }
    ends.push({ place, id, previous: low > 0 ? (tails[low - 1] ?? -1) : -1 })
    tails[low] = ends.length - 1
  }
  const found = new Set<string>()
  for (let at = tails.at(-1) ?? -1; at >= 0;) {
    const end = ends[at]
    if (!end) break
    found.add(end.id)
    at = end.previous
  }
  return found
}
