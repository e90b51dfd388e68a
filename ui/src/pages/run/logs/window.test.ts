import { describe, expect, it } from 'vitest'
import { LINE_PX, nextMatch, pagesOf, tallness, TALLEST_PX, ticks, topOf, windowOf } from './window'

const height = 40 * LINE_PX

describe('the window of a log', () => {
  it('begins at the line that is scrolled to, with a part of it out of sight', () => {
    const found = windowOf({ top: 10.5 * LINE_PX, height, total: 1000, isWrapped: false })
    expect(found).toEqual({ first: 10, count: 41, shift: 9, isAtEnd: false })
  })

  it('holds a short log as a whole', () => {
    const found = windowOf({ top: 0, height, total: 3, isWrapped: false })
    expect(found).toEqual({ first: 0, count: 3, shift: 0, isAtEnd: true })
    expect(windowOf({ top: 0, height, total: 0, isWrapped: false }).count).toBe(0)
  })

  it('reaches the last line of millions, and every line before', () => {
    const view = { height, total: 5_000_000, isWrapped: false }
    expect(tallness(view)).toBe(TALLEST_PX)
    const end = windowOf({ ...view, top: TALLEST_PX - height })
    expect(end.first + end.count).toBe(view.total)
    expect(end.isAtEnd).toBe(true)
    const middle = windowOf({ ...view, top: topOf(2_500_000, view) })
    expect(middle.first).toBeLessThan(2_500_000)
    expect(middle.first + middle.count).toBeGreaterThan(2_500_000)
  })

  it('stands at the end where lines are wrapped, and can put any of them at the top', () => {
    const view = { height, total: 200, isWrapped: true }
    const end = windowOf({ ...view, top: tallness(view) - height })
    expect(end).toEqual({ first: 159, count: 41, shift: 0, isAtEnd: true })
    expect(windowOf({ ...view, top: 198 * LINE_PX }).first).toBe(198)
  })
})

describe('pages', () => {
  it('are those that the lines are on', () => {
    expect(pagesOf(490, 20)).toEqual([0, 1])
    expect(pagesOf(500, 1)).toEqual([1])
    expect(pagesOf(0, 0)).toEqual([])
  })
})

describe('matches', () => {
  it('are marked once a pixel', () => {
    expect(ticks([0, 1, 2, 500, 999], 1000, 102)).toEqual([0, 50, 100])
    expect(ticks([1], 0, 100)).toEqual([])
  })

  it('are gone through in a circle, both ways', () => {
    expect(nextMatch([3, 7], 3, false)).toBe(7)
    expect(nextMatch([3, 7], 7, false)).toBe(3)
    expect(nextMatch([3, 7], 3, true)).toBe(7)
    expect(nextMatch([], 0, false)).toBeNull()
  })
})
