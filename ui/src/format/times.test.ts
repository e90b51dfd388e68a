import { expect, test } from 'vitest'
import { duration, timeAgo } from './times'

test('a duration has two units at most', () => {
  expect(duration(0.0123)).toBe('12 ms')
  expect(duration(1.25)).toBe('1.3 s')
  expect(duration(59.7)).toBe('1 min')
  expect(duration(200)).toBe('3 min 20 s')
  expect(duration(3600)).toBe('1 h')
  expect(duration(18_120)).toBe('5 h 2 min')
  expect(duration(183_600)).toBe('2 d 3 h')
})

test('a time of today is told by its age', () => {
  expect(timeAgo(1000, 1003)).toBe('now')
  expect(timeAgo(1000, 1030)).toBe('30 s ago')
  expect(timeAgo(1000, 1000 + 7200)).toBe('2 h ago')
})

test('what is not known is a dash', () => {
  expect(duration(null)).toBe('–')
})
