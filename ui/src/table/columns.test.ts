import { expect, test } from 'vitest'
import {
  changed,
  columnToggled,
  drawnAs,
  inOrder,
  moved,
  partOf,
  titleOf,
  withPart,
  type Column,
} from './columns'
import { candidates, differing, metricsShown } from './default-columns'

const COLUMNS: Column[] = [
  { name: 'a' },
  { name: 'b', isPinned: true },
  { name: 'c' },
  { name: 'd', width: 90 },
]
const names = (columns: Column[]): string => columns.map((one) => one.name).join('')
const known = (kind: string, label: string, share: number) => ({
  kind,
  label,
  share,
  name: `${kind}.${label}`,
  type: 'number',
  is_number: true,
})

test('pinned columns stand first', () => {
  expect(names(inOrder(COLUMNS))).toBe('bacd')
  expect(names(changed(COLUMNS, 'd', { isPinned: true }))).toBe('bdac')
})

test('a column moves to a place, and is pinned among pinned ones', () => {
  expect(names(moved(COLUMNS, 'd', 1))).toBe('bdac')
  expect(moved(COLUMNS, 'd', 0)[0]).toEqual({ name: 'd', width: 90, isPinned: true })
  expect(names(moved(COLUMNS, 'a', 99))).toBe('bcda')
  expect(names(moved(COLUMNS, 'x', 0))).toBe('bacd')
})

test('a column comes at the end, and goes', () => {
  expect(names(columnToggled(COLUMNS, 'e'))).toBe('abcde')
  expect(names(columnToggled(COLUMNS, 'c'))).toBe('abd')
})

test('a metric has several numbers', () => {
  expect(partOf('metrics.val/loss.min')).toEqual({ metric: 'metrics.val/loss', part: 'min' })
  expect(partOf('metrics.`loss.min`')).toEqual({ metric: 'metrics.`loss.min`', part: 'last' })
  expect(partOf('params.a.min')).toBeNull()
  expect(withPart('metrics.loss.min', 'best')).toBe('metrics.loss.best')
  expect(withPart('metrics.loss.min', 'last')).toBe('metrics.loss')
  expect(titleOf('metrics.`val loss`.max')).toEqual({ title: 'val loss', detail: 'max' })
})

test('how a cell is drawn follows from its column', () => {
  expect(drawnAs('created')).toBe('time')
  expect(drawnAs('metrics.x')).toBe('number')
  expect(drawnAs('params.x')).toBe('text')
  expect(drawnAs('params.x', known('params', 'x', 1))).toBe('number')
})

test('metrics that count for the project come first', () => {
  const all = [known('metrics', 'loss', 1), known('metrics', 'auc', 0.2), known('params', 'p', 1)]
  expect(metricsShown(all, { 'modelcompose.objective.train.auc': 'max' })).toEqual([
    'metrics.auc',
    'metrics.loss',
  ])
})

test('parameters that all runs share are not shown', () => {
  expect(candidates([known('params', 'rare', 0), known('params', 'lr', 1)])).toEqual(['params.lr'])
  expect(
    differing(
      ['params.lr', 'params.seed'],
      [
        [1, 5],
        [2, 5],
      ],
    ),
  ).toEqual(['params.lr'])
})
