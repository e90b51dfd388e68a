import { expect, test } from 'vitest'
import { cell, number, percent } from './numbers'

test('a number has four significant digits', () => {
  expect(number(0.123456)).toBe('0.1235')
  expect(number(12.3456)).toBe('12.35')
  expect(number(1234.56)).toBe('1,235')
  expect(number(0.5)).toBe('0.5')
})

test('a whole number stays whole', () => {
  expect(number(0)).toBe('0')
  expect(number(123456)).toBe('123,456')
  expect(number(-7)).toBe('−7')
})

test('very large and very small numbers have an exponent', () => {
  expect(number(1.23456e-7)).toBe('1.235e-7')
  expect(number(2.5e12)).toBe('2.5e12')
})

test('what is no number is a dash, and infinity a sign', () => {
  expect(number(null)).toBe('–')
  expect(number(Number.NaN)).toBe('–')
  expect(number('Infinity')).toBe('∞')
  expect(number(-Infinity)).toBe('−∞')
})

test('a cell shows texts as they are, and nothing for nothing', () => {
  expect(cell('<b>')).toBe('<b>')
  expect(cell(null)).toBe('')
  expect(cell([1, 2])).toBe('[1,2]')
})

test('a share is told in percent', () => {
  expect(percent(0.1234)).toBe('12.3 %')
})
