import { expect, test } from 'vitest'
import { piecesOf, searchOf } from './search'

test('words fit in any order, whatever their case', () => {
  const { spans } = searchOf(' Loss VAL ')
  expect(spans('val/loss')).toEqual([
    [0, 3],
    [4, 8],
  ])
  expect(spans('train/loss')).toBeNull()
})

test('signs of expressions are plain outside of slashes', () => {
  expect(searchOf('a.c').spans('abc')).toBeNull()
  expect(searchOf('[x]').spans('w[x]')).toEqual([[1, 4]])
})

test('text between slashes is an expression, also before the last slash is typed', () => {
  expect(searchOf('/^val.*s$/').spans('val/loss')).toEqual([[0, 8]])
  expect(searchOf('/LOSS').spans('val/loss')).toEqual([[4, 8]])
  expect(searchOf('/loss|auc/i').spans('val/auc')).toEqual([[4, 7]])
})

test('an expression that cannot be read says why, and finds everything', () => {
  const { error, spans } = searchOf('/val(/')
  expect(error).toBe('/val(/: unterminated group')
  expect(spans('anything')).toEqual([])
})

test('nothing typed finds everything', () => {
  expect(searchOf('  ').spans('x')).toEqual([])
  expect(searchOf('/').spans('x')).toEqual([])
})

test('a name is cut where something was found in it', () => {
  expect(piecesOf('val/loss', [[4, 8]])).toEqual([
    { text: 'val/', isFound: false },
    { text: 'loss', isFound: true },
  ])
  expect(piecesOf('x', [])).toEqual([{ text: 'x', isFound: false }])
})

test('words that overlap are one piece', () => {
  expect(searchOf('los oss').spans('loss')).toEqual([[0, 4]])
})
