/** Metrics in sections by the first part of their names: `val/loss` and `val/auc` stand together. */

import { isSingle, type Metric } from './panel-run'

/** What one looks at first, before layers and gradients. */
const LOOKED_AT = /^(train|val|eval|test)/i

/** The section that panels are pinned into; it stands first. */
export const PINNED = '!'

/** The prefix of a metric; empty for a name without a slash. */
export function prefixOf(name: string): string {
  const at = name.indexOf('/')
  return at > 0 && at < name.length - 1 ? name.slice(0, at) : ''
}

/** Give what a section is called. */
export function titleOf(section: string): string {
  if (section === PINNED) return 'Pinned'
  return section === '' ? 'Metrics' : section
}

/** Names in their sections, in order: section by section. */
export type Sections = Map<string, string[]>

/**
 * Put metrics into sections: those with an objective first, then those of training and
 * testing, then by name, `system` last; in each,
 * objectives first, then lines, then single values, by name, numbers in names by their size. A
 * metric that is alone with its prefix stands among those without one.
 */
export function sectionsOf(metrics: readonly Metric[]): Sections {
  const known = new Map<string, Metric[]>()
  for (const metric of metrics) {
    const prefix = prefixOf(metric.name)
    const inside = known.get(prefix)
    if (inside) inside.push(metric)
    else known.set(prefix, [metric])
  }
  const sorted = [...withoutLonely(known)].sort(
    ([a, inA], [b, inB]) => rank(a, inA) - rank(b, inB) || compareNames(a, b),
  )
  return new Map(
    sorted.map(([prefix, inside]) => [
      prefix,
      inside
        .sort((a, b) => rankOf(a) - rankOf(b) || compareNames(a.name, b.name))
        .map((metric) => metric.name),
    ]),
  )
}

function withoutLonely(known: ReadonlyMap<string, Metric[]>): Map<string, Metric[]> {
  const found = new Map<string, Metric[]>()
  const together: Metric[] = []
  for (const [prefix, inside] of known) {
    if (prefix === '' || inside.length === 1) together.push(...inside)
    else found.set(prefix, inside)
  }
  return together.length ? found.set('', together) : found
}

const { compare: compareNames } = new Intl.Collator('en', { numeric: true, sensitivity: 'base' })

function rankOf(metric: Metric): number {
  if (metric.way) return 0
  return isSingle(metric) ? 2 : 1
}

function rank(prefix: string, inside: readonly Metric[]): number {
  if (inside.some((metric) => metric.way)) return 0
  if (prefix === 'system') return 3
  return prefix === '' || LOOKED_AT.test(prefix) ? 1 : 2
}
