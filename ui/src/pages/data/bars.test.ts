import { describe, expect, it } from 'vitest'
import { bars } from './bars'

describe('bars', () => {
  it('gives the highest bar the whole height, and each its share of the width', () => {
    expect(bars([1, 4], 20, 8)).toEqual([
      { x: 0, y: 6, width: 9, height: 2, count: 1 },
      { x: 10, y: 0, width: 9, height: 8, count: 4 },
    ])
  })

  it('shows few beside many, and nothing where there is nothing', () => {
    const [few, none] = bars([1, 0, 100_000], 30, 20)
    expect([few?.height, none?.height]).toEqual([1, 0])
  })

  it('draws nothing of nothing', () => {
    expect(bars([], 30, 20)).toEqual([])
  })
})
