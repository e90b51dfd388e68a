import { expect, test } from 'vitest'
import { cellText, differenceText, isNumeric } from './cells'

test('cells are written by the kind of their column', () => {
  expect(cellText('number', 0.123456)).toBe('0.1235')
  expect(cellText('spread', [0.5, 0.0123])).toBe('0.5 ± 0.012')
  expect(cellText('spread', [0.5, null])).toBe('0.5')
  expect(cellText('duration', 65)).toBe('1 min 5 s')
  expect(cellText('text', null)).toBe('')
  expect(cellText('text', '<b>x</b>')).toBe('<b>x</b>')
})

test('a column of texts that are all numbers stands at the right', () => {
  expect(isNumeric('text', ['0.1', '1e-5', null])).toBe(true)
  expect(isNumeric('text', ['0.1', 'adam'])).toBe(false)
  expect(isNumeric('text', [null])).toBe(false)
  expect(isNumeric('run', ['1'])).toBe(false)
})

test('a difference has its sign', () => {
  expect(differenceText(0.75, 0.5)).toBe('+0.25')
  expect(differenceText(0.5, 0.75)).toBe('−0.25')
  expect(differenceText(1, 1)).toBe('±0')
})
