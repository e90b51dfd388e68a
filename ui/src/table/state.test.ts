import { expect, test } from 'vitest'
import {
  PLAIN,
  readColumns,
  readState,
  sortedAlso,
  sortedBy,
  writeColumns,
  writeState,
  type TableState,
} from './state'

function linked(state: TableState): TableState {
  const query = new URLSearchParams()
  for (const [key, value] of Object.entries(writeState(state))) {
    for (const one of Array.isArray(value) ? value : value === null ? [] : [value])
      query.append(key, one)
  }
  return readState(new URLSearchParams(query.toString()))
}

test('a link shows the same', () => {
  const state: TableState = {
    filter: 'step = "my train" and params.`a,b` > 1',
    sort: ['-metrics.auc', 'step'],
    group: ['params.lr', 'params.a&b'],
    open: ['["0.1","x,y"]'],
    columns: [
      { name: 'name', isPinned: true, width: 240 },
      { name: 'metrics.`loss, val~1*`.min' },
      { name: 'params.a\\b', width: 80 },
    ],
    archived: 'all',
    selected: new Set([1, 2, 3, 9]),
    hidden: new Set([4]),
    hiddenGroups: ['["0.2"]'],
    charts: 40,
  }
  expect(linked(state)).toEqual(state)
})

test('a plain table has a plain address', () => {
  expect(Object.values(writeState(PLAIN)).every((value) => value === null)).toBe(true)
  expect(readState(new URLSearchParams())).toEqual(PLAIN)
})

test('no columns at all is another thing than those that fit', () => {
  expect(linked({ ...PLAIN, columns: [{ name: 'a' }] }).columns).toEqual([{ name: 'a' }])
  expect(linked({ ...PLAIN, columns: [] }).columns).toEqual([])
})

test('columns are readable in an address', () => {
  expect(writeColumns([{ name: 'name', isPinned: true, width: 240 }, { name: 'step' }])).toBe(
    '*name~240,step',
  )
})

test('what nobody wrote is passed over', () => {
  expect(readColumns('a,,b,a,*,~4,c~99999')).toEqual([{ name: 'a' }, { name: 'b' }])
  const odd = readState(new URLSearchParams('archived=x&charts=abc&selected=<b>'))
  expect(odd).toEqual(PLAIN)
  expect(readState(new URLSearchParams('charts=99')).charts).toBe(85)
})

test('a click sorts, again turns round, again does not', () => {
  expect(sortedBy(['x', 'y'], 'a')).toEqual(['a'])
  expect(sortedBy(['a'], 'a')).toEqual(['-a'])
  expect(sortedBy(['-a'], 'a')).toEqual([])
})

test('with shift a name comes after the others', () => {
  expect(sortedAlso(['x'], 'a')).toEqual(['x', 'a'])
  expect(sortedAlso(['a', 'x'], 'a')).toEqual(['-a', 'x'])
  expect(sortedAlso(['-a', 'x'], 'a')).toEqual(['x'])
})
