import { describe, expect, it } from 'vitest'
import { linePath, spots } from './sparkline'

describe('spots', () => {
  it('puts the largest value at the top and the smallest at the bottom', () => {
    expect(spots([1, 3, 2], 106, 26)).toEqual([
      { x: 3, y: 23 },
      { x: 53, y: 3 },
      { x: 103, y: 13 },
    ])
  })

  it('puts equal values at half the height, and a single one at the end', () => {
    expect(spots([2, 2], 26, 20).map(({ y }) => y)).toEqual([10, 10])
    expect(spots([7], 26, 20)).toEqual([{ x: 23, y: 10 }])
  })

  it('leaves out what is no number', () => {
    expect(spots([NaN, Infinity], 26, 20)).toEqual([])
  })
})

describe('linePath', () => {
  it('moves to the first point and draws to the others', () => {
    expect(
      linePath([
        { x: 1, y: 2 },
        { x: 3, y: 4 },
      ]),
    ).toBe('M1 2L3 4')
  })
})
