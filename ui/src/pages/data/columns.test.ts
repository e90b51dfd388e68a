import { describe, expect, it } from 'vitest'
import type { Schemas } from '../../api/client'
import { barText, distinctText, lengthText, missingText, readText } from './columns'

const column = (more: object) =>
  ({
    missing: 0,
    count: 200,
    distinct: 3,
    is_distinct_exact: true,
    ...more,
  }) as Schemas['ColumnProfile']
const table = (more: object) => more as Schemas['TableProfile']

describe('columns', () => {
  it('says what is missing, in numbers and as a part', () => {
    expect(missingText(column({}))).toBe('none')
    expect(missingText(column({ missing: 5 }))).toBe('5 (2.5 %)')
  })

  it('says where more different values were not told apart', () => {
    expect(distinctText(column({}))).toBe('3')
    expect(distinctText(column({ distinct: 10000, is_distinct_exact: false }))).toBe(
      '10,000 or more',
    )
  })

  it('says what stands in a bar', () => {
    const spread = { histogram: { edges: [0, 10, 20], counts: [1200, 3] } }
    expect(barText(column({ spread }), 0)).toBe('0 to 10: 1,200')
  })

  it('says how long texts are', () => {
    expect(lengthText(column({ shortest: 2, longest: 2 }))).toBe('2 characters')
    expect(lengthText(column({ shortest: 1, longest: 9 }))).toBe('1 to 9 characters')
    expect(lengthText(column({ shortest: null, longest: null }))).toBe('')
  })
})

describe('readText', () => {
  it('says plainly that only the beginning was read', () => {
    expect(readText(table({ rows: 100000, is_whole: false, total_rows: null }))).toBe(
      'of the first 100,000 rows',
    )
    expect(readText(table({ rows: 100000, is_whole: false, total_rows: 4_000_000 }))).toBe(
      'of the first 100,000 rows of 4,000,000',
    )
    expect(readText(table({ rows: 2300, is_whole: true, total_rows: 2300 }))).toBe(
      'of all 2,300 rows',
    )
  })
})
