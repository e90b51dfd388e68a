import { describe, expect, it } from 'vitest'
import { movingEma, movingMean, smoothed } from './smoothing'

const of = (...values: number[]) => Float64Array.from(values)

describe('the exponential moving average', () => {
  it('is debiased: by hand for a weight of 0.5', () => {
    // 1; (0.25·1 + 0.5·2)/0.75; (0.125·1 + 0.25·2 + 0.5·4)/0.875
    const found = movingEma(of(1, 2, 4), null, 0.5)
    expect([...found]).toEqual([1, 1.25 / 0.75, 2.625 / 0.875])
  })

  it('keeps a constant as it is, from the first value on', () => {
    for (const value of movingEma(of(3, 3, 3, 3), null, 0.99)) expect(value).toBeCloseTo(3, 12)
  })

  it('leaves out what is no number, and keeps it as a gap', () => {
    const found = movingEma(of(1, NaN, 2, Infinity, 4), null, 0.5)
    expect(found[1]).toBeNaN()
    expect(found[3]).toBe(Infinity)
    const without = movingEma(of(1, 2, 4), null, 0.5)
    expect([found[0], found[2], found[4]]).toEqual([...without])
  })

  it('takes a bucket of points as its mean so many times', () => {
    const points = movingEma(of(1, 1, 1, 5, 5), null, 0.8)
    const buckets = movingEma(of(1, 5), of(3, 2), 0.8)
    expect(buckets[0]).toBeCloseTo(points[2] ?? NaN, 12)
    expect(buckets[1]).toBeCloseTo(points[4] ?? NaN, 12)
  })
})

describe('the moving mean', () => {
  it('is of the last so many points, of fewer at the beginning', () => {
    expect([...movingMean(of(1, 2, 3, 4, 5), null, 3)]).toEqual([1, 1.5, 2, 3, 4])
  })

  it('leaves out what is no number', () => {
    expect([...movingMean(of(2, NaN, 4), null, 2)]).toEqual([2, NaN, 3])
  })

  it('weighs buckets by their points', () => {
    expect([...movingMean(of(1, 4), of(2, 1), 100)]).toEqual([1, 2])
  })
})

it('without smoothing gives the very values', () => {
  const values = of(1, 2)
  expect(smoothed(values, null, { kind: 'none' })).toBe(values)
})
