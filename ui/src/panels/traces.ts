/** What a panel draws: a line for each of its metrics in each run, every one told apart. Pure. */

import { DASHES, lookOf } from '../charts/palette'
import type { Trace } from '../charts/trace'
import type { PanelRun } from './panel-run'

/**
 * Give the traces of a panel.
 *
 * Runs of one colour have lines that differ. Several metrics of one run have colours of their
 * own; of several runs they have the run's colour and lines that differ.
 */
export function tracesOf(metrics: readonly string[], runs: readonly PanelRun[]): Trace[] {
  const isMany = metrics.length > 1
  const dashes = dashesOf(runs)
  return runs.flatMap((run, place) =>
    metrics.map((metric, which) => ({
      run: run.id,
      metric,
      label: isMany ? (runs.length > 1 ? `${run.label} · ${metric}` : metric) : run.label,
      colour: isMany && runs.length === 1 ? lookOf(which).colour : run.colour,
      dash: isMany ? DASHES[which % DASHES.length] : dashes[place],
      group: run.group === undefined ? undefined : isMany ? `${run.group} · ${metric}` : run.group,
    })),
  )
}

function dashesOf(runs: readonly PanelRun[]): PanelRun['dash'][] {
  const used = new Map<string, number>()
  return runs.map(({ colour, dash }) => {
    const before = used.get(colour) ?? 0
    used.set(colour, before + 1)
    return dash ?? DASHES[before % DASHES.length]
  })
}
