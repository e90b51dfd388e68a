import { expect, it } from 'vitest'
import { atShare, panned, scaleOf, toPixels, toShare, zoomed } from './scales'

const straight = { isLog: false, min: 10, max: 20 }
const log = { isLog: true, min: 1, max: 100 }

it('goes from values to shares and back', () => {
  expect(toShare(straight, 15)).toBe(0.5)
  expect(atShare(straight, 0.25)).toBe(12.5)
  expect(toShare(log, 10)).toBe(0.5)
  expect(atShare(log, 0.5)).toBeCloseTo(10, 12)
  expect(toShare(log, 0)).toBeNaN()
})

it('moves and zooms about a place, which stays where it is', () => {
  expect(panned(straight, 0.1)).toEqual({ isLog: false, min: 11, max: 21 })
  const closer = zoomed(log, 0.5, 0.25)
  expect(toShare(closer, atShare(log, 0.25))).toBeCloseTo(0.25, 12)
  expect(Math.log10(closer.max / closer.min)).toBeCloseTo(1, 12)
})

it('zooms no further than numbers can be told apart', () => {
  let scale = { isLog: false, min: 1e6, max: 1e6 + 1 }
  for (let i = 0; i < 200; i++) scale = zoomed(scale, 0.5, 0.5)
  expect(scale.max).toBeGreaterThan(scale.min)
})

it('has room for a single value, and for a logarithm of nothing positive', () => {
  expect(scaleOf(5, 5, false)).toEqual({ isLog: false, min: 4.75, max: 5.25 })
  expect(scaleOf(0, 0, false)).toEqual({ isLog: false, min: -1, max: 1 })
  expect(scaleOf(-5, 0, true).min).toBeGreaterThan(0)
})

it('gives pixels, from the bottom where asked', () => {
  const values = Float64Array.of(10, 15, 20, NaN)
  expect([...toPixels(values, straight, 100)]).toEqual([0, 50, 100, NaN])
  expect([...toPixels(values, straight, 100, true)]).toEqual([100, 50, 0, NaN])
})
