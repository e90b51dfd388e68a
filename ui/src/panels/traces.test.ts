import { expect, test } from 'vitest'
import { tracesOf } from './traces'

const a = { id: 'a', label: 'first', colour: 'red' }
const b = { id: 'b', label: 'second', colour: 'red', group: 'g' }

test('runs of one colour have lines that differ', () => {
  const [one, two] = tracesOf(['loss'], [a, b])
  expect(one).toMatchObject({ run: 'a', metric: 'loss', label: 'first', colour: 'red' })
  expect(one?.dash).not.toEqual(two?.dash)
})

test('several metrics of one run have colours of their own, and are named by the metric', () => {
  const found = tracesOf(['loss', 'auc'], [a])
  expect(new Set(found.map((trace) => trace.colour)).size).toBe(2)
  expect(found.map((trace) => trace.label)).toEqual(['loss', 'auc'])
})

test('several metrics of several runs are named by both, and grouped apart', () => {
  const found = tracesOf(['loss', 'auc'], [a, b])
  expect(found.map((trace) => trace.label)).toContain('second · auc')
  expect(found.at(-1)?.group).toBe('g · auc')
  expect(found[0]?.group).toBeUndefined()
})
