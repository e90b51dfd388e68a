import { describe, expect, it } from 'vitest'
import { best, sparkPath } from './spark'

describe('a spark line', () => {
  it('goes from the left to the right, the largest on top', () => {
    const { points } = sparkPath([1, 3, 2], 100, 20)
    expect(points).toEqual([
      [3, 17],
      [50, 3],
      [97, 10],
    ])
  })

  it('of equal values is level, in the middle', () => {
    expect(sparkPath([2, 2], 100, 20).line).toBe('M3 10L97 10')
  })
})

describe('the best value', () => {
  it('is the largest or the smallest, as the objective says', () => {
    expect(best([1, 3, 2], 'max')).toBe(1)
    expect(best([2, 1, 3], 'min')).toBe(1)
  })

  it('is the newest of equal ones', () => {
    expect(best([3, 1, 3], 'max')).toBe(2)
  })
})
