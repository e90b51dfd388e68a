/** What the user does with panels, beside moving them. Pure. */

import { fittingSize, USUAL_SIZE, type Layout, type Size } from './layout'

/** Put the metrics of a panel into another one. */
export function joinPanels(layout: Layout, from: readonly string[], into: string): Layout {
  const inside = [...(layout.joins[into] ?? []), ...from]
  const joins = without(layout.joins, from)
  joins[into] = [...new Set(inside)].filter((name) => name !== into)
  return { ...layout, joins, hidden: layout.hidden.filter((name) => !from.includes(name)) }
}

/** Give each metric of a panel its own panel again. */
export function splitPanel(layout: Layout, panel: string): Layout {
  return { ...layout, joins: without(layout.joins, [panel]) }
}

/** Take one metric out of a panel. */
export function takeOut(layout: Layout, panel: string, metric: string): Layout {
  const left = (layout.joins[panel] ?? []).filter((name) => name !== metric)
  const joins = without(layout.joins, [panel])
  if (left.length) joins[panel] = left
  return { ...layout, joins }
}

/** Give a panel a size; the usual one is not noted. */
export function resizePanel(
  layout: Layout,
  panel: string,
  size: Size,
  usual: Size = USUAL_SIZE,
): Layout {
  const fitting = fittingSize(size)
  const sizes = without(layout.sizes, [panel])
  const isUsual = fitting.width === usual.width && fitting.height === usual.height
  if (!isUsual) sizes[panel] = fitting
  return { ...layout, sizes }
}

/** Hide a panel. */
export function hidePanel(layout: Layout, panel: string): Layout {
  return { ...layout, hidden: [...new Set([...layout.hidden, panel])] }
}

/** Open a section that is closed, and close one that is open. */
export function toggleSection(layout: Layout, section: string): Layout {
  const isClosed = layout.closed.includes(section)
  const closed = isClosed
    ? layout.closed.filter((one) => one !== section)
    : [...layout.closed, section]
  return { ...layout, closed }
}

function without<T>(all: Readonly<Record<string, T>>, names: readonly string[]): Record<string, T> {
  return Object.fromEntries(Object.entries(all).filter(([name]) => !names.includes(name)))
}
