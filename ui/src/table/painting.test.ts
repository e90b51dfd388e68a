import { expect, test } from 'vitest'
import { painted } from './painting'

const wrong = (text: string, position: number, length: number): string =>
  painted(text, { position, length })
    .filter((one) => one.isWrong)
    .map((one) => one.text)
    .join('')

test('the pieces are the text', () => {
  const text = ' step = "a b" and  not(x in (1)) '
  expect(
    painted(text, null)
      .map((one) => one.text)
      .join(''),
  ).toBe(text)
})

test('what the hub finds wrong is marked', () => {
  expect(wrong('step = train and metics.auc > 1', 18, 10)).toBe('metics.auc')
  expect(wrong('step = ', 7, 1)).toBe('=')
  expect(wrong('name = "😀" and x > 1', 16, 1)).toBe('x')
  expect(wrong('step = "abc', 8, 4)).toBe('"abc')
})
