import { expect, test } from 'vitest'
import { moveOf } from './keys'

const extent = { rows: 100, columns: 5, page: 10 }
const at = { row: 50, column: 2 }

test('arrows move by one, and not beyond the table', () => {
  expect(moveOf('ArrowDown', false, at, extent)).toEqual({ row: 51, column: 2 })
  expect(moveOf('ArrowDown', false, { row: 99, column: 2 }, extent)).toEqual({ row: 99, column: 2 })
  expect(moveOf('ArrowLeft', false, { row: 0, column: 0 }, extent)).toEqual({ row: 0, column: 0 })
  expect(moveOf('ArrowUp', false, { row: 0, column: 1 }, extent)).toEqual({ row: -1, column: 1 })
})

test('the first arrow comes to the first row', () => {
  expect(moveOf('ArrowDown', false, null, extent)).toEqual({ row: 0, column: 0 })
})

test('Home and End move in the row, with Ctrl in the table', () => {
  expect(moveOf('End', false, at, extent)).toEqual({ row: 50, column: 4 })
  expect(moveOf('Home', false, at, extent)).toEqual({ row: 50, column: 0 })
  expect(moveOf('End', true, at, extent)).toEqual({ row: 99, column: 4 })
  expect(moveOf('Home', true, at, extent)).toEqual({ row: 0, column: 0 })
})

test('pages move by what is seen', () => {
  expect(moveOf('PageDown', false, at, extent)).toEqual({ row: 60, column: 2 })
  expect(moveOf('PageUp', false, { row: 3, column: 2 }, extent)).toEqual({ row: 0, column: 2 })
  expect(moveOf('a', false, at, extent)).toBeNull()
})
