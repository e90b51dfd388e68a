import { expect, it } from 'vitest'
import { thinned } from './pixels'

it('leaves few points as they are', () => {
  const few = { x: Float64Array.of(0, 1, 2), y: Float64Array.of(1, 2, 3) }
  expect(thinned(few)).toEqual(few)
})

it('keeps the first, lowest, highest and last of each column of pixels', () => {
  const count = 10_000
  const x = Float64Array.from({ length: count }, (_, i) => i / 1000)
  const y = x.map((_, i) => (i === 4321 ? 99 : i === 4567 ? -99 : Math.sin(i)))
  const kept = thinned({ x, y })
  expect(kept.x.length).toBeLessThanOrEqual(4 * 11)
  expect(Math.max(...kept.y)).toBe(99)
  expect(Math.min(...kept.y)).toBe(-99)
  expect(kept.x[0]).toBe(x[0])
  expect(kept.x.at(-1)).toBe(x.at(-1))
  expect([...kept.x].every((place, i) => i === 0 || place >= (kept.x[i - 1] ?? 0))).toBe(true)
})

it('keeps a gap', () => {
  const x = Float64Array.from({ length: 100 }, (_, i) => i / 1000)
  const y = x.map((_, i) => (i === 50 ? NaN : 1))
  expect([...thinned({ x, y }).y].some(Number.isNaN)).toBe(true)
})
