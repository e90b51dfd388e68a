/** What could be typed next in a filter. Pure. */

import { fitting } from '../app/finding'
import { KEYWORDS, rolesOf, wordsOf, type Expected } from './words'

/** Where the caret is: what may stand there, and the part of the text that a choice replaces. */
export interface Context {
  expected: Expected
  /** What of it was typed already. */
  typed: string
  from: number
  to: number
}

/** Something that can be chosen; `text` replaces what was typed. */
export interface Choice {
  text: string
  label: string
  detail: string
}

/** A name that runs have, as the hub tells them. */
export interface Known {
  name: string
  label: string
  kind: string
  type: string
  is_number: boolean
  /** Of the newest runs, how many have it. */
  share: number | null
}

const MOST = 50
const OF_NUMBERS = ['=', '!=', '>', '>=', '<', '<=', 'BETWEEN', 'IN', 'IS NULL', 'IS NOT NULL']
const OF_TEXTS = ['=', '!=', '~', '!~', 'LIKE', 'IN', 'NOT IN', 'IS NULL', 'IS NOT NULL']
const SAYS: Record<string, string> = {
  '=': 'is',
  '!=': 'is not',
  '~': 'fits a regular expression',
  '!~': 'fits no regular expression',
  LIKE: 'with % and _ for any signs',
  IN: 'one of (…, …)',
  'NOT IN': 'none of (…, …)',
  BETWEEN: 'from … and …',
  'IS NULL': 'lacks it',
  'IS NOT NULL': 'has it',
  and: 'both',
  or: 'one of both',
}

/** Give what is expected at the caret. */
export function contextAt(text: string, caret: number): Context {
  const words = wordsOf(text)
  const within = words.find(
    (one) => (one.kind === 'word' || one.kind === 'broken') && one.from < caret && caret <= one.to,
  )
  const before = words.filter((one) => one.to <= (within?.from ?? caret))
  const { next } = rolesOf(before)
  if (!within) return { expected: next, typed: '', from: caret, to: caret }
  const typed = text.slice(within.from, caret)
  return { expected: next, typed, from: within.from, to: Math.max(within.to, caret) }
}

/** Give the name whose values are wanted there, null where values are not. */
export function valuesWanted(context: Context): string | null {
  return context.expected.kind === 'value' ? context.expected.name : null
}

/** Give what can be chosen, the best first. */
export function choicesAt(
  context: Context,
  names: readonly Known[],
  values: readonly string[],
): Choice[] {
  const { expected, typed } = context
  switch (expected.kind) {
    case 'name':
      return namesFor(typed, names)
    case 'operator':
      return worded(typed, operatorsOf(named(names, expected.name)))
    case 'open':
      return [{ text: '(', label: '(', detail: 'then values, with commas between them' }]
    case 'keyword':
      return worded(typed, expected.words)
    case 'value':
      return valuesFor(typed, values)
  }
}

/** Put a choice into the text; gives the text and where the caret comes. */
export function put(
  text: string,
  context: Context,
  choice: Choice,
): { text: string; caret: number } {
  const after = text.slice(context.to)
  const space = choice.text === '(' || after.startsWith(' ') ? '' : ' '
  const next = text.slice(0, context.from) + choice.text + space
  return { text: next + after, caret: next.length + (space ? 0 : after.startsWith(' ') ? 1 : 0) }
}

/** Write a value so that the hub reads it as one: in quotes where it needs them. */
export function quoted(value: string): string {
  const isPlain = /^[^\s()=!<>~,"'`]+$/.test(value) && !KEYWORDS.has(value.toLowerCase())
  return isPlain ? value : `"${value.replaceAll('"', '""')}"`
}

function namesFor(typed: string, names: readonly Known[]): Choice[] {
  const plain = typed.replace(/["'`]/g, '')
  const found = fitting(plain, names, (one) => one.name.replace(/["'`]/g, ''))
  const wanted = plain.toLowerCase()
  const rank = (one: Known): number =>
    (one.label.toLowerCase() === wanted ? 2 : 0) + (one.kind === 'field' ? 0 : (one.share ?? 0))
  const best = wanted === '' ? found : [...found].sort((a, b) => rank(b) - rank(a))
  return best.slice(0, MOST).map((one) => ({
    text: one.name,
    label: one.name,
    detail: one.kind === 'field' ? one.type : one.is_number ? 'number' : 'text',
  }))
}

function valuesFor(typed: string, values: readonly string[]): Choice[] {
  const plain = typed.replace(/^["'`]|["'`]$/g, '')
  return fitting(plain, values, (one) => one)
    .slice(0, MOST)
    .map((one) => ({ text: quoted(one), label: one, detail: '' }))
}

function worded(typed: string, words: readonly string[]): Choice[] {
  return words
    .filter((one) => one.toLowerCase().startsWith(typed.toLowerCase()))
    .map((one) => ({ text: one, label: one, detail: SAYS[one] ?? '' }))
}

function operatorsOf(name: Known | undefined): string[] {
  const isNumber = name?.is_number || name?.type === 'time' || name?.type === 'duration'
  return isNumber ? OF_NUMBERS : OF_TEXTS
}

function named(names: readonly Known[], text: string): Known | undefined {
  const plain = text.replace(/\.(last|min|max|mean|best|count)$/, '')
  return names.find((one) => one.name === text) ?? names.find((one) => one.name === plain)
}
