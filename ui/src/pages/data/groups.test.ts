import { describe, expect, it } from 'vitest'
import type { Schemas } from '../../api/client'
import { countsOf, firstCategory, found } from './groups'

const dataset = (path: string, category: string, readers: string[] = []) =>
  ({
    path,
    category,
    project: 'flights',
    readers,
    writers: [],
  }) as unknown as Schemas['DatasetGlance']

const ALL = [
  dataset('train.py', 'code', ['train']),
  dataset('data/prepared', 'result', ['train', 'test']),
  dataset('data/raw', 'source', ['prepare']),
]

describe('categories', () => {
  it('begins with sources, and with results where there are none', () => {
    expect(firstCategory(ALL)).toBe('source')
    expect(firstCategory(ALL.slice(0, 2))).toBe('result')
    expect(firstCategory([])).toBe('source')
  })

  it('counts what there is', () => {
    expect([...countsOf(ALL)]).toEqual([
      ['code', 1],
      ['result', 1],
      ['source', 1],
    ])
  })
})

describe('found', () => {
  it('looks for every word in paths and steps', () => {
    expect(found(ALL, 'DATA train').map((one) => one.path)).toEqual(['data/prepared'])
    expect(found(ALL, '')).toHaveLength(3)
  })
})
