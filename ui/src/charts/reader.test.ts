import { expect, it } from 'vitest'
import type { Block } from './block'
import { pointsBlock } from './making'
import { SeriesReader, type Reading } from './reader'
import type { SeriesQuery } from './source'

const ALL: Reading = {
  axis: 'step',
  width: 100,
  parts: [{ start: -Infinity, end: Infinity, level: 0 }],
}
const series = [{ run: 'a', metric: 'loss' }]
const { signal } = new AbortController()

/** A source over a list of steps that may grow. */
class Steps {
  asked: SeriesQuery[] = []
  steps: number[] = []

  read(query: SeriesQuery): Promise<Block[]> {
    this.asked.push(query)
    const here = this.steps.filter((step) => step >= query.start && step < query.end)
    if (this.steps.length === 0) return Promise.resolve([])
    const x = Float64Array.from(here)
    const { start, end } = query
    const block = pointsBlock(0, 0, {
      x,
      firstX: x,
      middle: x,
      low: x,
      high: x,
      mean: x,
      start,
      end,
    })
    const [first, last] = [Math.min(...this.steps), Math.max(...this.steps)]
    const told = { count: x.length, first, last, total: this.steps.length }
    return Promise.resolve([{ ...block, ...told, lastValue: x }])
  }
}

async function readAll(reader: SeriesReader): Promise<number[]> {
  for (let turn = 0; turn < 5; turn++) {
    const { blocks, gaps } = reader.look(series, ALL)
    if (gaps.length === 0) return (blocks[0] ?? []).flatMap((block) => [...block.x])
    await reader.read(gaps, ALL, signal)
  }
  throw new Error('it never has all')
}

it('reads what is missing, once', async () => {
  const source = new Steps()
  source.steps = [0, 1, 2]
  const reader = new SeriesReader(source)
  expect(await readAll(reader)).toEqual([0, 1, 2])
  expect(await readAll(reader)).toEqual([0, 1, 2])
  expect(source.asked).toHaveLength(1)
  expect(reader.extent(series, 'step')).toEqual({ start: 0, end: 2 })
})

it('reads only from the last point on when a run has grown', async () => {
  const source = new Steps()
  source.steps = [0, 1, 2]
  const reader = new SeriesReader(source)
  await readAll(reader)
  source.steps = [0, 1, 2, 3, 4]
  reader.grow(series, 'step')
  expect(await readAll(reader)).toEqual([0, 1, 2, 3, 4])
  expect(source.asked[1]?.start).toBe(2)
})

it('reads all again when points came before its last one', async () => {
  const source = new Steps()
  source.steps = [0, 5, 9]
  const reader = new SeriesReader(source)
  await readAll(reader)
  source.steps = [0, 3, 5, 9, 10]
  reader.grow(series, 'step')
  expect(await readAll(reader)).toEqual([0, 3, 5, 9, 10])
})

it('does not ask again for a series that has no points, until its run has grown', async () => {
  const source = new Steps()
  const reader = new SeriesReader(source)
  expect(await readAll(reader)).toEqual([])
  expect(await readAll(reader)).toEqual([])
  expect(source.asked).toHaveLength(1)
  source.steps = [4]
  reader.grow(series, 'step')
  expect(await readAll(reader)).toEqual([4])
})

it('reads coarser what is missing while a picture moves, and then the exact', async () => {
  const source = new Steps()
  source.steps = [0, 1, 2]
  const reader = new SeriesReader(source)
  const moving = reader.look(series, ALL, 3)
  expect(moving.gaps[0]?.level).toBe(3)
  expect(moving.isExact).toBe(false)
})

it('waits for what is read already rather than to ask again', async () => {
  const source = new Steps()
  source.steps = [0, 1, 2]
  const reader = new SeriesReader(source)
  reader.warm(series, ALL, signal)
  reader.warm(series, ALL, signal)
  expect(await readAll(reader)).toEqual([0, 1, 2])
  expect(source.asked).toHaveLength(1)
})

it('asks itself where what was begun is let go', async () => {
  const source = new Steps()
  source.steps = [0, 1, 2]
  const asking = source.read.bind(source)
  source.read = () => Promise.reject(new Error('let go'))
  const reader = new SeriesReader(source)
  reader.warm(series, ALL, signal)
  source.read = asking
  await reader.read(reader.look(series, ALL).gaps, ALL, signal)
  expect(await readAll(reader)).toEqual([0, 1, 2])
})

it('shows more points than are shown one by one as buckets', async () => {
  const source = new Steps()
  source.steps = [0, 1, 2, 3]
  const reader = new SeriesReader(source)
  const coarse = { ...ALL, width: 2, parts: [{ start: -Infinity, end: Infinity, level: 1 }] }
  await reader.read(reader.look(series, coarse).gaps, coarse, signal)
  const { blocks, isExact } = reader.look(series, coarse)
  expect(isExact).toBe(true)
  expect([...(blocks[0]?.[0]?.counts ?? [])]).toEqual([2, 2])
})
