import { expect, test } from 'vitest'
import { CellMemory, runsIn } from './cells'

function filled(most?: number): CellMemory {
  const memory = new CellMemory(most)
  memory.keep(
    { rows: [1, 2, 3], columns: ['a'] },
    { columns: ['a'], numbers: [1, 2], runs: ['one', 'two'], rows: [[10], [null]] },
  )
  return memory
}

test('what is known is not asked for again, also where a run lacks it', () => {
  const memory = filled()
  expect(memory.lacking([1, 2], ['a'])).toBeNull()
  expect(memory.lacking([1, 2, 4], ['a'])).toEqual({ rows: [4], columns: ['a'] })
  expect(memory.lacking([1, 2], ['a', 'b'])).toEqual({ rows: [1, 2], columns: ['b'] })
  expect(memory.row(2)?.cells.get('a')).toBeNull()
  expect(memory.numberOf('two')).toBe(2)
})

test('a run that the hub does not give is gone, until it comes again', () => {
  const memory = filled()
  expect(memory.row(3)?.isGone).toBe(true)
  expect(memory.lacking([3], ['a'])).toBeNull()
  memory.reviveAll()
  expect(memory.lacking([3], ['a'])).not.toBeNull()
})

test('only so many runs are kept, those that were fetched last', () => {
  const memory = filled(2)
  memory.keep(
    { rows: [4], columns: ['a'] },
    { columns: ['a'], numbers: [4], runs: ['four'], rows: [[1]] },
  )
  expect(memory.size).toBe(2)
  expect(memory.row(1)).toBeUndefined()
  expect(memory.row(4)).toBeDefined()
})

test('no call asks for more than the hub gives at once', () => {
  const rows = Array.from({ length: 5000 }, (_, i) => i)
  const columns = Array.from({ length: 1000 }, (_, i) => `c${i}`)
  const wanted = new CellMemory().lacking(rows, columns)
  expect((wanted?.rows.length ?? 0) * 1000).toBeLessThanOrEqual(200_000)
})

test('a change is seen at once', () => {
  const memory = filled()
  memory.change(1, { a: 11 })
  expect(memory.row(1)?.cells.get('a')).toBe(11)
  expect(memory.known([1, 9])).toEqual({ rows: [1], columns: ['a'] })
})

test('rows of groups are no runs', () => {
  expect(runsIn({ from: 0, to: 3 }, (row) => (row === 1 ? undefined : row))).toEqual([0, 2])
})
