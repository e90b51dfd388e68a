/** Datasets by what they are for. Pure. */

import type { Schemas } from '../../api/client'

type Glance = Schemas['DatasetGlance']

/** What a dataset is for. */
export type Category = Glance['category']

/** The categories with their names, in the order in which they are looked for. */
export const CATEGORIES: readonly { category: Category; label: string; said: string }[] = [
  { category: 'source', label: 'Sources', said: 'what no step writes' },
  { category: 'result', label: 'Made by steps', said: 'what steps write' },
  { category: 'logged', label: 'Logged', said: 'what clients told of' },
  { category: 'code', label: 'Code and settings', said: 'files of code that steps read' },
]

/** Give how many datasets each category has; those without any are left out. */
export function countsOf(datasets: readonly Glance[]): Map<Category, number> {
  const counts = new Map<Category, number>()
  for (const { category } of datasets) counts.set(category, (counts.get(category) ?? 0) + 1)
  return counts
}

/** Give the category that is shown at first: the first that has any. */
export function firstCategory(datasets: readonly Glance[]): Category {
  const counts = countsOf(datasets)
  return CATEGORIES.find(({ category }) => counts.has(category))?.category ?? 'source'
}

/** Give the datasets whose path, project or steps hold all words of a search. */
export function found(datasets: readonly Glance[], search: string): Glance[] {
  const words = search.toLowerCase().split(/\s+/)
  return datasets.filter((one) => {
    const known = [one.path, one.project, ...one.writers, ...one.readers].join('\n').toLowerCase()
    return words.every((word) => known.includes(word))
  })
}
