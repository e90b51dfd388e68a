import { describe, expect, it } from 'vitest'
import { fieldsOf, firstMetric, placeOn, type Point } from '../points/fields'
import { groupsBy } from '../distributions/groups'
import { axisOf, rangesOf, rangeText, shareOf, valueAt, within } from './axes'

function point(id: string, values: Record<string, unknown>): Point {
  return { id, name: id, colour: '', values }
}

const points = [
  point('a', { 'params.lr': '0.01', 'params.optimizer': 'sgd', 'metrics.val/loss': 2 }),
  point('b', { 'params.lr': '0.1', 'params.optimizer': 'adam', 'metrics.val/loss': 1 }),
  point('c', { 'params.lr': '1', 'params.optimizer': 'adam', 'metrics.val/loss': null }),
]
const fields = fieldsOf(points)
const [lr, optimizer] = fields

describe('a field', () => {
  it('is a number where all its texts are numbers, else a category', () => {
    expect(fields.map((field) => [field.label, field.kind])).toEqual([
      ['lr', 'number'],
      ['optimizer', 'category'],
      ['val/loss', 'number'],
    ])
    expect(firstMetric(fields, new Map())?.label).toBe('val/loss')
  })

  it('is begun with where it is the objective of the project', () => {
    const rated = [
      point('a', { 'metrics.val/auc': 0.5, 'metrics.profit': 3 }),
      point('b', { 'metrics.val/auc': 0.6, 'metrics.profit': 2 }),
    ]
    const metrics = fieldsOf(rated)
    expect(firstMetric(metrics, new Map())?.label).toBe('val/auc')
    expect(firstMetric(metrics, new Map([['profit', 'max']]))?.label).toBe('profit')
  })

  it('says where a run stands', () => {
    if (!lr || !optimizer) throw new Error('there are two')
    expect(points.map((one) => placeOn(lr, one))).toEqual([0.01, 0.1, 1])
    expect(points.map((one) => placeOn(optimizer, one))).toEqual([1, 0, 0])
  })
})

describe('an axis', () => {
  it('is as long as its values, by their logarithm where asked', () => {
    if (!lr) throw new Error('there is one')
    expect(shareOf(axisOf(lr, points, true), 0.1)).toBeCloseTo(0.5)
    expect(shareOf(axisOf(lr, points, false), 0.1)).toBeCloseTo(0.0909, 3)
    expect(valueAt(axisOf(lr, points, true), 0.5)).toBeCloseTo(0.1)
  })
})

describe('ranges', () => {
  it('choose the runs that are in all of them', () => {
    const axes = fields.map((field) => axisOf(field, points, false))
    const ranges = rangesOf(['params.lr~0.05~2', 'params.optimizer~0~0'])
    expect(within(points, axes, ranges).map((one) => one.id)).toEqual(['b', 'c'])
    expect(within(points, axes, rangesOf(['metrics.val/loss~0~9']))).toHaveLength(2)
  })

  it('go through the address, also of names with its signs', () => {
    const range = { key: 'metrics.a~b', low: 0.1, high: 2 }
    expect(rangesOf([rangeText(range)])).toEqual([range])
    expect(rangesOf(['nonsense'])).toEqual([])
  })
})

describe('groups', () => {
  const pairs = points.map((one, i) => ({ point: one, value: i }))

  it('are the values of a parameter, numbers by size', () => {
    expect(groupsBy(lr, pairs).map((group) => group.label)).toEqual(['0.01', '0.1', '1'])
    expect(groupsBy(optimizer, pairs).map((group) => group.box.count)).toEqual([2, 1])
    expect(groupsBy(undefined, pairs)[0]?.box.count).toBe(3)
  })

  it('are ranges of a parameter with many values, each run in one', () => {
    const many = Array.from({ length: 40 }, (_, i) => point(`${i}`, { 'params.x': i }))
    const [x] = fieldsOf(many)
    const groups = groupsBy(
      x,
      many.map((one, i) => ({ point: one, value: i })),
    )
    expect(groups.map((group) => group.box.count)).toEqual([8, 8, 8, 8, 8])
  })
})
