import { describe, expect, it } from 'vitest'
import { BlockCache } from './cache'
import { bucketsBlock, pointsBlock } from './making'

describe('what is there of a range', () => {
  it('is nothing at first', () => {
    const cover = new BlockCache().cover('a', 0, 0, 10)
    expect(cover).toEqual({ blocks: [], gaps: [{ start: 0, end: 10 }] })
  })

  it('is told with what is missing before, between and after', () => {
    const cache = new BlockCache()
    cache.add('a', bucketsBlock(1024, 2048, 2))
    cache.add('a', bucketsBlock(4096, 8192, 4))
    const { blocks, gaps } = cache.cover('a', 4, 0, 10_000)
    expect(blocks.map((block) => [block.start, block.end])).toEqual([
      [1024, 2048],
      [4096, 8192],
    ])
    expect(gaps).toEqual([
      { start: 0, end: 1024 },
      { start: 2048, end: 4096 },
      { start: 8192, end: 10_000 },
    ])
  })

  it('is not what is too coarse or far too fine', () => {
    const cache = new BlockCache()
    cache.add('a', bucketsBlock(0, 4096, 4))
    expect(cache.cover('a', 3, 0, 4096).gaps).toHaveLength(1)
    expect(cache.cover('a', 6, 0, 4096).gaps).toHaveLength(0)
    expect(cache.cover('a', 7, 0, 4096).gaps).toHaveLength(1)
    expect(cache.rough('a', 0, 4096)).toHaveLength(1)
  })

  it('has one row more on both sides, for lines go on', () => {
    const cache = new BlockCache()
    cache.add('a', pointsBlock(0, 100, { start: -Infinity, end: Infinity }))
    const [block] = cache.cover('a', 0, 10.2, 10.8).blocks
    expect([...(block?.x ?? [])]).toEqual([10, 11])
  })
})

it('has the finest that is there for a picture that moves', () => {
  const cache = new BlockCache()
  cache.add('a', bucketsBlock(0, 4096, 6))
  cache.add('a', bucketsBlock(1024, 2048, 2))
  const parts = cache.rough('a', 0, 4096).map((block) => [block.level, block.x.length])
  expect(parts).toEqual([
    [6, 16],
    [2, 256],
    [6, 32],
  ])
})

describe('a series that grows', () => {
  it('is read again from its last point on, and becomes one block', () => {
    const cache = new BlockCache()
    cache.add('a', pointsBlock(0, 10, { start: -Infinity, end: Infinity }))
    cache.forgetEnd('a')
    const { gaps } = cache.cover('a', 0, -Infinity, Infinity)
    expect(gaps).toEqual([{ start: 9, end: Infinity }])
    cache.add('a', pointsBlock(8, 12, { end: Infinity }))
    const { blocks, gaps: left } = cache.cover('a', 0, -Infinity, Infinity)
    expect(left).toEqual([])
    expect(blocks).toHaveLength(1)
    expect([...(blocks[0]?.x ?? [])]).toEqual(Array.from({ length: 12 }, (_, i) => i))
    expect(blocks[0]?.count).toBe(12)
  })

  it('is read again as buckets when it has many points', () => {
    const cache = new BlockCache()
    cache.add('a', pointsBlock(0, 5000, { start: -Infinity, end: Infinity }))
    expect(cache.cover('a', 4, -Infinity, Infinity).gaps).toHaveLength(1)
  })

  it('is known to have no end where it had no points', () => {
    const cache = new BlockCache()
    const none = { start: -Infinity, end: Infinity, last: -Infinity, first: NaN, total: 0 }
    cache.add('a', pointsBlock(0, 0, none))
    expect(cache.cover('a', 0, 0, 10).gaps).toEqual([])
    cache.forgetEnd('a')
    expect(cache.cover('a', 0, 0, 10).gaps).toHaveLength(1)
  })
})

it('keeps no more than it may, and what was used last', () => {
  const cache = new BlockCache(40_000)
  for (let i = 0; i < 50; i++) {
    cache.add(`series ${i}`, pointsBlock(0, 200))
    cache.cover('series 0', 0, 0, 200)
  }
  expect(cache.bytes).toBeLessThanOrEqual(40_000)
  expect(cache.cover('series 0', 0, 0, 200).gaps).toEqual([])
  expect(cache.cover('series 1', 0, 0, 200).gaps).toHaveLength(1)
})
