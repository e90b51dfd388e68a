import { describe, expect, it } from 'vitest'
import { correlationRatio, pearson, ranks, spearman } from './correlation'
import { chanceOf } from './forest'
import { LEAST_RUNS, weigh } from './importance'
import { boxOf, quantile } from './quartiles'
import { bandsOf, gridOf, lineThrough } from './surface'

describe('a box', () => {
  it('has the quartiles of NumPy', () => {
    expect(quantile([1, 2, 3, 4], 0.25)).toBe(1.75)
    expect(boxOf([4, 1, 3, 2])).toMatchObject({ first: 1.75, median: 2.5, third: 3.25, count: 4 })
  })

  it('has whiskers of one and a half boxes, and the rest as outliers', () => {
    expect(boxOf([1, 2, 3, 4, 5, 30])).toMatchObject({ low: 1, high: 5, outliers: [30] })
  })

  it('has no whisker that ends in it', () => {
    // Three quarters of four numbers are between them, and the lowest is too far away.
    const box = boxOf([0.774, 0.829, 0.836, 0.846])
    expect(box?.outliers).toEqual([0.774])
    expect(box?.low).toBe(box?.first)
  })

  it('is a line of one number, and nothing of none', () => {
    expect(boxOf([7])).toMatchObject({ low: 7, median: 7, high: 7, outliers: [] })
    expect(boxOf([])).toBeNull()
  })
})

describe('a correlation', () => {
  it('is that of a line', () => {
    expect(pearson([1, 2, 3], [2, 4, 6])).toBeCloseTo(1)
    expect(pearson([1, 2, 3], [3, 2, 1])).toBeCloseTo(-1)
    expect(pearson([1, 1, 1], [3, 2, 1])).toBeNull()
  })

  it('is one by ranks where it only rises', () => {
    expect(spearman([1, 2, 3, 4], [1, 10, 100, 1000])).toBeCloseTo(1)
    expect(ranks([10, 20, 20, 5])).toEqual([2, 3.5, 3.5, 1])
  })

  it('of categories is the root of the share between them', () => {
    expect(correlationRatio(['a', 'a', 'b', 'b'], [1, 1, 3, 3])).toBe(1)
    expect(correlationRatio(['a', 'b', 'a', 'b'], [1, 1, 3, 3])).toBe(0)
    // Between: 4 × 1² = 4. Within: 4 × 1² = 4.
    expect(correlationRatio(['a', 'a', 'b', 'b'], [0, 2, 2, 4])).toBeCloseTo(Math.sqrt(0.5))
    expect(correlationRatio(['a', 'a'], [1, 2])).toBeNull()
  })
})

describe('importance', () => {
  const chance = chanceOf(1)
  const runs = 60
  const lr = Array.from({ length: runs }, () => chance())
  const noise = Array.from({ length: runs }, () => chance())
  const optimizer = Array.from({ length: runs }, (_, i) => ['sgd', 'adam', 'lion'][i % 3] ?? '')

  it('finds the number that a metric hangs on', () => {
    const { weights, explained } = weigh(
      [
        { name: 'noise', values: noise, isCategory: false },
        { name: 'lr', values: lr, isCategory: false },
      ],
      lr.map((one) => (one > 0.5 ? 1 : 0) + one),
    )
    expect(weights[0]?.name).toBe('lr')
    expect(weights[0]?.importance).toBeGreaterThan(0.9)
    expect(explained).toBeGreaterThan(0.8)
  })

  it('finds a category, also one whose middle is best', () => {
    const gain: Record<string, number> = { sgd: 0, adam: 5, lion: 1 }
    const { weights } = weigh(
      [
        { name: 'lr', values: lr, isCategory: false },
        { name: 'optimizer', values: optimizer, isCategory: true },
      ],
      optimizer.map((one, i) => (gain[one] ?? 0) + 0.1 * (noise[i] ?? 0)),
    )
    expect(weights[0]).toMatchObject({ name: 'optimizer', isCategory: true, pearson: null })
    expect(weights[0]?.importance).toBeGreaterThan(0.9)
    expect(weights[0]?.eta).toBeGreaterThan(0.95)
  })

  it('is the same each time', () => {
    const asked = [{ name: 'noise', values: noise, isCategory: false }]
    expect(weigh(asked, lr)).toEqual(weigh(asked, lr))
  })

  it('leaves out what never changes, and says nothing of few runs', () => {
    const few = LEAST_RUNS - 1
    const found = weigh(
      [
        { name: 'lr', values: lr.slice(0, few), isCategory: false },
        { name: 'seed', values: new Array(few).fill(1), isCategory: false },
      ],
      lr.slice(0, few),
    )
    expect(found.weights.map((one) => one.name)).toEqual(['lr'])
    expect(found.weights[0]?.pearson).toBeCloseTo(1)
    expect(found.explained).toBeNull()
  })

  it('lets runs lack the metric or a parameter', () => {
    const found = weigh(
      [{ name: 'lr', values: [null, ...lr.slice(1)], isCategory: false }],
      lr.map((one, i) => (i === 5 ? null : one)),
    )
    expect(found.runs).toBe(runs - 1)
    expect(found.weights[0]?.runs).toBe(runs - 2)
  })
})

describe('a surface', () => {
  const points = [
    { x: 0, y: 0, value: 0 },
    { x: 1, y: 0, value: 10 },
    { x: 0, y: 1, value: 0 },
    { x: 1, y: 1, value: 10 },
  ]

  it('is between the points that it goes through', () => {
    const grid = gridOf(points, 10)
    expect(grid[0]).toBeLessThan(0.5)
    expect(grid[9]).toBeGreaterThan(9.5)
    expect(grid.every((one) => one >= 0 && one <= 10)).toBe(true)
    expect((grid[44] ?? 0) + (grid[45] ?? 0)).toBeCloseTo(10)
  })

  it('is cut into bands, the lowest of which is everything', () => {
    const bands = bandsOf(gridOf(points, 10), 10, 4)
    expect(bands).toHaveLength(4)
    const widths = bands.map((band) => {
      const x = band.rings.flat(2).map(([at]) => at)
      return Math.max(...x) - Math.min(...x)
    })
    expect(widths).toEqual([...widths].sort((a, b) => b - a))
    expect(bandsOf(new Array(9).fill(1), 3, 4)).toEqual([])
  })

  it('has a line by least squares', () => {
    expect(lineThrough([0, 1, 2], [1, 3, 5])).toEqual({ slope: 2, offset: 1, r2: 1 })
    expect(lineThrough([1, 1], [1, 2])).toBeNull()
  })
})
