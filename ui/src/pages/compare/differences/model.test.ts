import { describe, expect, it } from 'vitest'
import {
  bestOf,
  deltaOf,
  metricValues,
  moved,
  ordered,
  sectionsOf,
  wayOf,
  type Line,
} from './model'

function line(kind: string, name: string, values: unknown[], more: Partial<Line> = {}): Line {
  const differs = values.some((value) => value !== values[0])
  return { kind, name, values, differs, least: null, most: null, ...more } as Line
}

describe('sections', () => {
  const lines = [
    line('metric', 'loss', [1, 2]),
    line('param', 'lr', [0.1, 0.1]),
    line('param', 'depth', [1, 2]),
  ]

  it('show what differs and count the rest', () => {
    expect(sectionsOf(lines, true)).toMatchObject([
      { title: 'Parameters', lines: [{ name: 'depth' }], equal: 1 },
      { title: 'Metrics', lines: [{ name: 'loss' }], equal: 0 },
    ])
  })

  it('show everything where asked', () => {
    expect(sectionsOf(lines, false)[0]?.lines).toHaveLength(2)
  })
})

describe('the best', () => {
  it('goes by the name of a metric, until the user says', () => {
    const none = new Map()
    expect(wayOf('val/loss', none, none)).toBe('min')
    expect(wayOf('val/accuracy', none, none)).toBe('max')
    expect(wayOf('log_loss', none, none)).toBe('min')
    expect(wayOf('layer/0/mean', none, none)).toBeNull()
    expect(wayOf('val/loss', new Map([['val/loss', 'max']]), none)).toBe('max')
    expect(wayOf('val/loss', new Map([['val/loss', null]]), none)).toBeNull()
  })

  it('goes by the objective of the project before the name, and by the user before both', () => {
    const objective = new Map([['val/loss', 'max' as const]])
    expect(wayOf('val/loss', new Map(), objective)).toBe('max')
    expect(wayOf('val/loss', new Map([['val/loss', null]]), objective)).toBeNull()
    expect(wayOf('train/loss', new Map(), objective)).toBe('min')
  })

  it('may be several, and none where all are alike', () => {
    expect(bestOf([1, 3, 3, null], 'max')).toEqual(new Set([1, 2]))
    expect(bestOf([1, 3], 'min')).toEqual(new Set([0]))
    expect(bestOf([2, 2], 'max')).toEqual(new Set())
    expect(bestOf([1, 3], null)).toEqual(new Set())
  })

  it('of a run is its largest or smallest value', () => {
    const loss = line('metric', 'loss', [2, 4], { least: [1, 2], most: [3, 9] })
    expect(metricValues(loss, 'best', 'min')).toEqual([1, 2])
    expect(metricValues(loss, 'last', 'min')).toEqual([2, 4])
    expect(metricValues(loss, 'best', null)).toEqual([2, 4])
  })
})

describe('a delta', () => {
  it('says how far a number is from the reference, and whether it is better', () => {
    expect(deltaOf(3, 2, 'max')).toEqual({ difference: 1, share: 0.5, isBetter: true })
    expect(deltaOf('0.1', 0.2, null)).toMatchObject({ isBetter: null })
    expect(deltaOf(1, 0, 'min')).toEqual({ difference: 1, share: null, isBetter: false })
    expect(deltaOf('adam', 'sgd', null)).toBeNull()
    expect(deltaOf(2, 2, 'max')).toBeNull()
  })
})

describe('the order', () => {
  it('is the one that was chosen, the rest after', () => {
    expect(ordered(['a', 'b', 'c'], ['c', 'x', 'a'])).toEqual(['c', 'a', 'b'])
    expect(moved(['a', 'b', 'c'], 'c', -1)).toEqual(['a', 'c', 'b'])
    expect(moved(['a', 'b', 'c'], 'a', -1)).toEqual(['a', 'b', 'c'])
  })
})
