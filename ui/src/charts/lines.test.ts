import { describe, expect, it } from 'vitest'
import { callsFor } from './hub-source'
import { lineOf, overMetric } from './line'
import { bucketsBlock, pointsBlock } from './making'
import { nearestPoint } from './nearest'
import { bucketsEach, levelFor, partsOf } from './parts'
import { COLOURS, lookOf } from './palette'
import { escaped } from './svg'

describe('a line over another metric', () => {
  const of = (...values: number[]) => Float64Array.from(values)
  const points = (x: Float64Array, y: Float64Array) =>
    lineOf([pointsBlock(0, 0, { x, firstX: x, middle: x, low: y, high: y, mean: y, lastValue: y })])

  it('is joined by step, in the order of steps', () => {
    const found = overMetric(
      points(of(0, 1, 2, 3), of(5, 6, 7, 8)),
      points(of(0, 2, 3), of(9, 1, 4)),
    )
    expect([...found.x]).toEqual([9, 1, 4])
    expect([...found.y]).toEqual([5, 7, 8])
  })

  it('joins buckets by what they hold', () => {
    const found = overMetric(lineOf([bucketsBlock(0, 64, 3)]), lineOf([bucketsBlock(0, 64, 4)]))
    expect(found.x.length).toBe(8)
    expect([...found.x.slice(0, 4)]).toEqual([0, 0, 16, 16])
  })
})

it('points and buckets of one series are one line', () => {
  const line = lineOf([bucketsBlock(0, 16, 3), pointsBlock(16, 18)])
  expect([...line.x]).toEqual([3.5, 11.5, 16, 17])
  expect([...(line.counts ?? [])]).toEqual([8, 8, 1, 1])
})

it('finds the nearest line, not the one that is farther along', () => {
  const lines = [0, 1].map((at) =>
    lineOf([pointsBlock(0, 10, { mean: new Float64Array(10).fill(at) })]),
  )
  const [x, y] = [
    { isLog: false, min: 0, max: 9 },
    { isLog: false, min: 0, max: 1 },
  ]
  const at = { x: 50, y: 10, width: 90, height: 100 }
  expect(nearestPoint(lines, at, x, y)).toEqual({ line: 1, row: 5 })
  expect(nearestPoint(lines, { ...at, y: 50 }, x, y, 20)).toBeNull()
})

describe('what is read of an axis', () => {
  it('is as fine as the picture, and coarser for many lines', () => {
    expect(bucketsEach(800, 1)).toBe(800)
    expect(bucketsEach(800, 200)).toBe(300)
    expect(bucketsEach(800, 5000)).toBe(128)
    expect(levelFor(100_000, 300)).toBe(9)
    expect(levelFor(0.001, 1000)).toBe(-19)
  })

  it('begins and ends on a grid, so that a small move reads nothing', () => {
    const at = (min: number) => partsOf({ isLog: false, min, max: min + 1000 }, 500, 0.25, 0.25)
    expect(at(1000)).toEqual(at(1003))
  })

  it('has a part for each decade of a logarithm', () => {
    const parts = partsOf({ isLog: true, min: 1, max: 10_000 }, 400, 0.25, 0.25)
    expect(parts).toHaveLength(4)
    expect(parts[0]?.level).toBeLessThan(parts[3]?.level ?? 0)
  })
})

describe('calls of many charts', () => {
  it('ask together for metrics of the same runs', () => {
    const series = ['x', 'y'].flatMap((metric) => ['a', 'b'].map((run) => ({ run, metric })))
    expect(callsFor(series)).toEqual([{ runs: ['a', 'b'], metrics: ['x', 'y'] }])
  })

  it('are cut where they would be too large', () => {
    const series = Array.from({ length: 450 }, (_, i) => ({ run: `${i}`, metric: 'x' }))
    expect(callsFor(series).map((call) => call.runs.length)).toEqual([200, 200, 50])
  })
})

it('looks differ beyond the eight colours, by their strokes', () => {
  const looks = Array.from({ length: 48 }, (_, i) => JSON.stringify(lookOf(i)))
  expect(new Set(looks).size).toBe(48)
})

it.each(['#ffffff', '#14171c'])('every colour has a contrast of 3 against %s', (surface) => {
  for (const colour of COLOURS) expect(contrast(colour, surface)).toBeGreaterThanOrEqual(3)
})

it('labels in files are text', () => {
  expect(escaped('<script>"&')).toBe('&lt;script&gt;&quot;&amp;')
})

function contrast(a: string, b: string): number {
  const [dark = 0, light = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y)
  return (light + 0.05) / (dark + 0.05)
}

function luminance(colour: string): number {
  const part = (at: number) => {
    const value = parseInt(colour.slice(at, at + 2), 16) / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  }
  return 0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
}
