import { expect, test } from 'vitest'
import { choicesAt, contextAt, put, quoted, valuesWanted, type Known } from './completion'
import { rolesOf, wordsOf } from './words'

const known = (name: string, isNumber = false, kind = 'params'): Known => ({
  name,
  label: name.replace(/^\w+\./, ''),
  kind,
  type: isNumber ? 'number' : 'text',
  is_number: isNumber,
  share: 1,
})
const NAMES = [
  known('step', false, 'field'),
  known('params.lr', true),
  known('metrics.auc', true, 'metrics'),
  known('metrics.`val loss`', true, 'metrics'),
]
const at = (marked: string): ReturnType<typeof contextAt> =>
  contextAt(marked.replace('|', ''), marked.indexOf('|'))
const kinds = (marked: string): string => at(marked).expected.kind

test('a filter is cut as the hub cuts it', () => {
  expect(wordsOf(`step = "a ""b""" and(x>=1)`).map((one) => one.text)).toEqual([
    'step',
    '=',
    '"a ""b"""',
    'and',
    '(',
    'x',
    '>=',
    '1',
    ')',
  ])
  expect(wordsOf('a = "b').at(-1)).toMatchObject({ kind: 'broken', from: 4, text: '"b' })
})

test('what is expected follows what stands before the caret', () => {
  expect(kinds('|')).toBe('name')
  expect(kinds('st|')).toBe('name')
  expect(kinds('step |')).toBe('operator')
  expect(kinds('step = |')).toBe('value')
  expect(kinds('step = tr|')).toBe('value')
  expect(kinds('step = train |')).toBe('keyword')
  expect(kinds('step = train and |')).toBe('name')
  expect(kinds('not (|')).toBe('name')
  expect(kinds('step in |')).toBe('open')
  expect(kinds('step in (a, |')).toBe('value')
  expect(kinds('step in (a, b) |')).toBe('keyword')
  expect(kinds('params.lr between 1 and |')).toBe('value')
  expect(kinds('params.lr between 1 and 2 and |')).toBe('name')
  expect(kinds('note is not null |')).toBe('keyword')
  expect(kinds('step| = train')).toBe('name')
})

test('values are those of the name before', () => {
  expect(valuesWanted(at('a = 1 and params.`my opt` in (x, |'))).toBe('params.`my opt`')
  expect(valuesWanted(at('step |'))).toBeNull()
})

test('names are found by any part of them', () => {
  const texts = (marked: string): string[] =>
    choicesAt(at(marked), NAMES, []).map((one) => one.text)
  expect(texts('au|')).toEqual(['metrics.auc'])
  expect(texts('val|')).toEqual(['metrics.`val loss`'])
  expect(texts('metrics.|')).toEqual(['metrics.auc', 'metrics.`val loss`'])
})

test('operators fit the name', () => {
  const texts = (marked: string): string[] =>
    choicesAt(at(marked), NAMES, []).map((one) => one.text)
  expect(texts('params.lr |')).toContain('BETWEEN')
  expect(texts('metrics.auc.max |')).toContain('>=')
  expect(texts('step |')).toContain('~')
  expect(texts('step i|')).toEqual(['IN', 'IS NULL', 'IS NOT NULL'])
})

test('a choice replaces the word at the caret, and is quoted where it must be', () => {
  const context = at('step = tr| and x = 1')
  const choice = { text: quoted('my train'), label: '', detail: '' }
  expect(put('step = tr and x = 1', context, choice)).toEqual({
    text: 'step = "my train" and x = 1',
    caret: 18,
  })
  expect(quoted('and')).toBe('"and"')
  expect(quoted('a"b')).toBe('"a""b"')
})

test('each word has its role, for its colour', () => {
  expect(rolesOf(wordsOf('step = train and not (x in (1))')).roles).toEqual([
    'name',
    'operator',
    'value',
    'keyword',
    'keyword',
    'sign',
    'name',
    'keyword',
    'sign',
    'value',
    'sign',
    'sign',
  ])
})
