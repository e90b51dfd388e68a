import { expect, test } from 'vitest'
import { EmbeddedSource, type Embedded } from './embedded'

const points: Embedded = {
  ...{ run: 'a', name: 'loss', count: 3, width: 1, buckets: null },
  points: { steps: [0, 1, 2], times: [100, 102, 101], values: [3, null, 'Infinity'] },
}
const buckets: Embedded = {
  ...{ run: 'b', name: 'loss', count: 20, width: 10, points: null },
  buckets: {
    ...{ counts: [10, 10], lows: [1, 2], highs: [3, 4], means: [2, 3], lasts: [1.5, 2.5] },
    ...{ first_steps: [0, 10], last_steps: [9, 19], first_times: [0, 10], last_times: [9, 19] },
  },
}
const source = new EmbeddedSource([points, buckets], { a: 100 })
const all = { start: -Infinity, end: Infinity, level: null, width: 1000 }
const signal = new AbortController().signal

async function read(run: string, axis: 'step' | 'time' | 'relative' = 'step', level = null) {
  const query = { ...all, level, axis, series: [{ run, metric: 'loss' }] }
  return (await source.read(query, signal))[0]
}

test('points come whole, with what JSON cannot say', async () => {
  const block = await read('a')
  expect(block?.kind).toBe('points')
  expect([...(block?.x ?? [])]).toEqual([0, 1, 2])
  expect([...(block?.low ?? [])]).toEqual([3, NaN, Infinity])
  expect([block?.first, block?.last, block?.total]).toEqual([0, 2, 3])
})

test('on the axis of time points come in its order, relative to the beginning of the run', async () => {
  const block = await read('a', 'relative')
  expect([...(block?.x ?? [])]).toEqual([0, 1, 2])
  expect([...(block?.low ?? [])]).toEqual([3, Infinity, NaN])
})

test('buckets keep their band, and serve every range', async () => {
  const block = await read('b')
  expect(block?.kind).toBe('buckets')
  expect([...(block?.firstX ?? [])]).toEqual([0, 10])
  expect([...(block?.high ?? [])]).toEqual([3, 4])
  expect([block?.start, block?.end]).toEqual([-Infinity, Infinity])
})

test('a series that the page does not have is left out', async () => {
  expect(await read('c')).toBeUndefined()
})
