/** A filter's text cut into words, operators and signs, as the hub cuts it. Pure. */

/** A piece of a filter. */
export interface Word {
  text: string
  kind: 'open' | 'close' | 'comma' | 'operator' | 'word' | 'broken'
  /** Where it begins, from 0. */
  from: number
  to: number
}

const QUOTED = String.raw`"(?:[^"]|"")*"|'(?:[^']|'')*'|${'`'}[^${'`'}]*${'`'}`
const TOKEN = new RegExp(
  String.raw`\s*(?:(?<open>\()|(?<close>\))|(?<comma>,)|(?<operator>==|!=|<>|<=|>=|!~|=|<|>|~)|` +
    `(?<word>(?:[^\\s()=!<>~,"'\`]+|${QUOTED})+))`,
  'y',
)
const KINDS = ['open', 'close', 'comma', 'operator', 'word'] as const

/** The words that are no names and no values. */
export const KEYWORDS = new Set('and or not in is null between like ilike rlike regexp'.split(' '))

/** Cut a filter; what cannot be read, such as a quote without an end, is one `broken` piece. */
export function wordsOf(text: string): Word[] {
  const found: Word[] = []
  const end = text.trimEnd().length
  TOKEN.lastIndex = 0
  let at = 0
  while (at < end) {
    TOKEN.lastIndex = at
    const match = TOKEN.exec(text)
    const kind = match ? KINDS.find((one) => match.groups?.[one] !== undefined) : undefined
    if (!match || !kind) {
      const from = at + (/^\s*/.exec(text.slice(at))?.[0].length ?? 0)
      return [...found, { text: text.slice(from), kind: 'broken', from, to: text.length }]
    }
    const own = match.groups?.[kind] ?? ''
    at = TOKEN.lastIndex
    found.push({ text: own, kind, from: at - own.length, to: at })
  }
  return found
}

/** What a word of a filter is, by where it stands. */
export type Role = 'name' | 'operator' | 'value' | 'keyword' | 'sign'

/** Give the role of each word, and what is expected after the last of them. */
export function rolesOf(words: readonly Word[]): { roles: Role[]; next: Expected } {
  let next: Expected = { kind: 'name' }
  let name = ''
  const roles = words.map((word): Role => {
    const [role, after] = step(next, word, name)
    if (role === 'name') name = word.text
    next = after
    return role
  })
  return { roles, next }
}

/** What may stand at a place of a filter. */
export type Expected =
  | { kind: 'name' }
  | { kind: 'operator'; name: string }
  | { kind: 'value'; name: string; isList: boolean; isRange: boolean }
  | { kind: 'open'; name: string }
  | { kind: 'keyword'; words: string[]; name: string }

const JOINING = ['and', 'or']

function step(expected: Expected, word: Word, name: string): [Role, Expected] {
  const low = word.text.toLowerCase()
  switch (expected.kind) {
    case 'name':
      if (word.kind === 'open') return ['sign', expected]
      if (low === 'not') return ['keyword', expected]
      return ['name', { kind: 'operator', name: word.text }]
    case 'operator':
      return afterName(word, low, name)
    case 'open':
      return ['sign', { kind: 'value', name, isList: true, isRange: false }]
    case 'value':
      return afterValue(expected, word, name)
    case 'keyword':
      return afterKeyword(expected, word, low, name)
  }
}

function afterName(word: Word, low: string, name: string): [Role, Expected] {
  const value: Expected = { kind: 'value', name, isList: false, isRange: false }
  if (word.kind === 'operator') return ['operator', value]
  if (low === 'is') return ['keyword', { kind: 'keyword', words: ['null', 'not null'], name }]
  if (low === 'in') return ['keyword', { kind: 'open', name }]
  if (low === 'between') return ['keyword', { ...value, isRange: true }]
  if (low === 'not') return ['keyword', { kind: 'operator', name }]
  return ['keyword', value]
}

function afterValue(
  expected: Extract<Expected, { kind: 'value' }>,
  word: Word,
  name: string,
): [Role, Expected] {
  if (expected.isList && word.kind === 'comma') return ['sign', expected]
  if (expected.isList && word.kind === 'close')
    return ['sign', { kind: 'keyword', words: JOINING, name }]
  if (expected.isList) return ['value', expected]
  const words = expected.isRange ? ['and'] : JOINING
  return ['value', { kind: 'keyword', words, name: expected.isRange ? name : '' }]
}

function afterKeyword(
  expected: Extract<Expected, { kind: 'keyword' }>,
  word: Word,
  low: string,
  name: string,
): [Role, Expected] {
  if (word.kind === 'close') return ['sign', expected]
  if (low === 'not') return ['keyword', { kind: 'keyword', words: ['null'], name }]
  if (low === 'null') return ['keyword', { kind: 'keyword', words: JOINING, name: '' }]
  const isRange = low === 'and' && expected.words.length === 1 && expected.name !== ''
  if (isRange) return ['keyword', { kind: 'value', name, isList: false, isRange: false }]
  return ['keyword', { kind: 'name' }]
}
