import { expect, test } from 'vitest'
import { condition, narrowed } from './conditions'

test('a cell says what a filter wants', () => {
  expect(condition('step', 'train', false)).toBe('step = train')
  expect(condition('params.lr', 0.1, true)).toBe('params.lr != 0.1')
  expect(condition('params.opt', 'my opt', false)).toBe('params.opt = "my opt"')
  expect(condition('note', null, false)).toBe('note is null')
  expect(condition('note', null, true)).toBe('note is not null')
})

test('a condition is added once, and to all of what was there', () => {
  expect(narrowed('', 'a = 1')).toBe('a = 1')
  expect(narrowed('b = 2', 'a = 1')).toBe('b = 2 and a = 1')
  expect(narrowed('b = 2 and a = 1', 'a = 1')).toBe('b = 2 and a = 1')
  expect(narrowed('b = 2 or c = 3', 'a = 1')).toBe('(b = 2 or c = 3) and a = 1')
  expect(narrowed('(b = 2 or c = 3)', 'a = 1')).toBe('(b = 2 or c = 3) and a = 1')
})
