import { expect, test } from 'vitest'
import { barsOf } from './bars'

const runs = ['a', 'b', 'c', 'd'].map((id) => ({ id, label: id, colour: 'red' }))

function bars(last: (number | 'Infinity' | null)[], way: 'max' | 'min' | null = null) {
  return barsOf(runs, { name: 'x', last, min: last, max: last, count: [1, 1, 1, 1] }, way)
}

test('the best is first, and runs without a value have no bar', () => {
  expect(bars([1, null, 3, 2]).map((bar) => bar.run.id)).toEqual(['c', 'd', 'a'])
  expect(bars([1, null, 3, 2], 'min').map((bar) => bar.run.id)).toEqual(['a', 'd', 'c'])
})

test('bars begin at zero, also those of negative values', () => {
  const [up, down] = bars([3, -1])
  expect(up).toMatchObject({ from: 0.25, length: 0.75 })
  expect(down).toMatchObject({ from: 0, length: 0.25 })
})

test('an infinite value has the longest bar, and all zeros have none', () => {
  expect(bars([2, 'Infinity'])[0]).toMatchObject({ from: 0, length: 1 })
  expect(bars([0, 0]).map((bar) => bar.length)).toEqual([0, 0])
})
