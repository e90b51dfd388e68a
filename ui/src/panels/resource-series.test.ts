import { expect, test } from 'vitest'
import { ResourceSeries } from './resource-series'

const columns = {
  time: [100, 101, 102],
  cpu_s: [0, 1, 3],
  memory_bytes: [10, null, 30],
  gpu_percent: [null, null, null],
}
const series = new ResourceSeries([{ run: 'a', start: 99, columns }])
const query = { start: -Infinity, end: Infinity, level: null, width: 100 }

test('what was measured has a series, and what was not has none', () => {
  expect(series.names).toEqual(['CPU', 'Memory (bytes)'])
})

test('samples lie at the time since the run began, counters as rates', async () => {
  const names = series.names.map((metric) => ({ run: 'a', metric }))
  const [cpu, memory] = await series.read({ ...query, series: names, axis: 'relative' })
  expect([...(cpu?.x ?? [])]).toEqual([2, 3])
  expect([...(cpu?.mean ?? [])]).toEqual([1, 2])
  expect([...(memory?.mean ?? [])]).toEqual([10, 30])
})

test('a run without samples has no block', async () => {
  const none = [{ run: 'b', metric: 'CPU' }]
  expect(await series.read({ ...query, series: none, axis: 'time' })).toEqual([])
})
