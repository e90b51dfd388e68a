/** Which models a search finds. */

import type { Schemas } from '../../api/client'

/** Tell whether all words of a search are in what is known of a model. */
export function isFound(glance: Schemas['ModelGlance'], search: string): boolean {
  const { model, projects, metric } = glance
  const tags = Object.entries(model.tags ?? {}).flat()
  const aliases = Object.keys(model.aliases ?? {}).map((alias) => `@${alias}`)
  const known = [
    model.name,
    model.description ?? '',
    ...projects,
    metric?.name ?? '',
    ...tags,
    ...aliases,
  ]
  const text = known.join('\n').toLowerCase()
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word))
}
