/** Where a panel goes: by a drop, or by an arrow key. Pure. */

import type { Target } from './drag.svelte'
import { movePanel, type Layout, type Panel } from './layout'
import { joinPanels } from './layout-changes'
import type { Sections } from './sections'

type Placed = ReadonlyMap<string, readonly Panel[]>

/** Give the layout after a panel was dropped. */
export function dropPanel(
  names: Sections,
  panels: Placed,
  layout: Layout,
  panel: string,
  target: Target,
): Layout {
  if (target.kind === 'into') {
    const held = [...panels.values()].flat().find((one) => one.id === panel)
    return joinPanels(layout, held?.metrics ?? [panel], target.panel)
  }
  const { section } = target
  if (target.kind === 'end') return movePanel(names, layout, { panel, section, before: null })
  const before = target.isAfter ? next(panels, section, target.panel, panel) : target.panel
  return movePanel(names, layout, { panel, section, before })
}

/** Give the layout after a panel went so many places on in its section, and where it is then. */
export function stepPanel(
  names: Sections,
  panels: Placed,
  layout: Layout,
  panel: string,
  by: number,
): { layout: Layout; place: number; of: number; section: string } | null {
  for (const [section, inside] of panels) {
    const at = inside.findIndex((one) => one.id === panel)
    if (at < 0) continue
    const place = Math.max(0, Math.min(inside.length - 1, at + by))
    if (place === at) return null
    const others = inside.filter((one) => one.id !== panel)
    const before = others[place]?.id ?? null
    const moved = movePanel(names, layout, { panel, section, before })
    return { layout: moved, place: place + 1, of: inside.length, section }
  }
  return null
}

/** Give the panel after one, leaving out the one that moves. */
function next(panels: Placed, section: string, panel: string, moving: string): string | null {
  const ids = (panels.get(section) ?? []).map((one) => one.id).filter((id) => id !== moving)
  return ids[ids.indexOf(panel) + 1] ?? null
}
