import { expect, test } from 'vitest'
import { groupLabel, groupedItems, plainItems, spreadText, type Group } from './grouping'

const group = (key: string, count: number): Group => ({
  key,
  count,
  values: [key],
  runs: [],
  numbers: [],
})

test('an open group has its runs below it', () => {
  const items = groupedItems([group('a', 2), group('b', 5)], new Map([['a', [7, 9]]]))
  const rows = Array.from({ length: items.count }, (_, row) => items.at(row))
  expect(rows.map((one) => (one?.kind === 'run' ? one.number : one?.group.key))).toEqual([
    'a',
    7,
    9,
    'b',
  ])
  expect(rows.map((one) => one?.kind === 'group' && one.isOpen)).toEqual([
    true,
    false,
    false,
    false,
  ])
  expect(items.rowOf(9)).toBe(2)
  expect(items.rowOf(3)).toBe(-1)
  expect(items.runs()).toEqual([7, 9])
})

test('there is no row outside of the table', () => {
  const items = groupedItems([group('a', 2)], new Map())
  expect(items.at(1)).toBeUndefined()
  expect(items.at(-1)).toBeUndefined()
  expect(groupedItems([], new Map()).at(0)).toBeUndefined()
  expect(plainItems([5]).at(1)).toBeUndefined()
})

test('many groups are found without looking at each', () => {
  const groups = Array.from({ length: 1000 }, (_, i) => group(String(i), 3))
  const items = groupedItems(groups, new Map([['500', [1, 2, 3]]]))
  expect(items.count).toBe(1003)
  expect(items.at(503)).toMatchObject({ kind: 'run', number: 3, level: 1 })
  expect(items.at(504)).toMatchObject({ kind: 'group', group: { key: '501' } })
})

test('a mean stands with its deviation, where there is one', () => {
  expect(spreadText({ mean: 0.5, deviation: 0.01234 }, String)).toBe('0.5 ± 0.012')
  expect(spreadText({ mean: 0.5, deviation: null }, String)).toBe('0.5')
  expect(spreadText({ mean: null, deviation: null }, String)).toBe('')
})

test('a group is called by what its runs share', () => {
  expect(groupLabel(['params.lr', 'step', 'params.`a b`'], [0.1, 'train', null])).toBe(
    'lr 0.1, step train, a b –',
  )
})
