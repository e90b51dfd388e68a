/** Filters made by pointing at a cell: only these, not these. Pure. */

import { quoted } from './completion'
import { KEYWORDS, rolesOf, wordsOf } from './words'

/** Give what says that a name has a value, or has another one. */
export function condition(name: string, value: unknown, isNegated: boolean): string {
  if (value === null || value === undefined) return `${name} is ${isNegated ? 'not ' : ''}null`
  return `${name} ${isNegated ? '!=' : '='} ${written(value)}`
}

/** Add a condition to a filter; one that stands there already is not added again. */
export function narrowed(filter: string, added: string): string {
  const text = filter.trim()
  if (text === '') return added
  if (text === added || text.endsWith(` and ${added}`)) return text
  return `${hasOr(text) ? `(${text})` : text} and ${added}`
}

function written(value: unknown): string {
  if (typeof value === 'string') return quoted(value)
  return typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : quoted(JSON.stringify(value))
}

/** Tell whether a filter has an `or` outside of all parentheses. */
function hasOr(text: string): boolean {
  const words = wordsOf(text)
  const { roles } = rolesOf(words)
  let depth = 0
  return words.some((word, i) => {
    if (word.kind === 'open') depth += 1
    if (word.kind === 'close') depth -= 1
    const low = word.text.toLowerCase()
    return depth === 0 && roles[i] === 'keyword' && KEYWORDS.has(low) && low === 'or'
  })
}
