import { expect, test } from 'vitest'
import type { Drawn } from '../charts/composing'
import { NO_LINE } from '../charts/line'
import { linesAt } from './lines-at'

function drawn(label: string, y: number[], isBehind = false): Drawn {
  const line = { ...NO_LINE, x: Float64Array.from([0, 10]), y: Float64Array.from(y) }
  return { line, label, colour: '', dash: [], trace: null, members: 0, isBehind }
}

test('the nearest lines are told from above, between their points too', () => {
  const all = [drawn('a', [0, 10]), drawn('b', [5, 5]), drawn('c', [100, 100])]
  const { lines, more } = linesAt(all, 2, 4, 2)
  expect(lines.map(({ drawn: { label }, value }) => [label, value])).toEqual([
    ['b', 5],
    ['a', 2],
  ])
  expect(more).toBe(1)
})

test('lines behind and lines that are not there are left out', () => {
  const all = [drawn('a', [1, 1], true), drawn('b', [NaN, NaN]), drawn('c', [1, 1])]
  expect(linesAt(all, 5, 1, 9).lines.map((one) => one.drawn.label)).toEqual(['c'])
  expect(linesAt(all, 50, 1, 9).lines).toEqual([])
})
