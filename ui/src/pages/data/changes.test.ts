import { describe, expect, it } from 'vitest'
import { countsText, sizesText, tableText } from './changes'
import { growth } from './growth'

describe('sizesText', () => {
  it('gives both sizes where a file changed, and one where it came or went', () => {
    const change = { kind: 'changed', path: 'a' } as const
    expect(sizesText({ ...change, old_size_bytes: 10, new_size_bytes: 20 })).toBe('10 B → 20 B')
    expect(sizesText({ ...change, new_size_bytes: 20 })).toBe('20 B')
    expect(sizesText({ ...change, old_size_bytes: 10 })).toBe('10 B')
  })
})

describe('tableText', () => {
  it('says how rows and columns changed', () => {
    const table = {
      ...{ old_rows: 1, new_rows: 2300, columns_added: ['carrier'], columns_removed: ['x'] },
      types_changed: [{ name: 'hour', old: 'int64', new: 'double' }],
    }
    expect(tableText(table)).toBe('1 → 2,300 rows; columns +carrier, −x, hour: int64 → double')
    expect(tableText({ new_rows: 5 })).toBe('5 rows')
    expect(tableText(undefined)).toBe('')
  })

  it('leaves out what is too much to read', () => {
    const columns_added = Array.from({ length: 12 }, (_, i) => `c${i}`)
    expect(tableText({ new_rows: 1, columns_added })).toContain('+c7, 4 more')
  })
})

describe('countsText', () => {
  it('names the kinds that there are', () => {
    expect(countsText({ added: 2, changed: 0, removed: 1, renamed: 0 })).toBe('2 added, 1 removed')
    expect(countsText({})).toBe('nothing differs')
  })
})

describe('growth', () => {
  it('compares with the version before', () => {
    expect(growth({ size_bytes: 1500 }, { size_bytes: 500 })).toBe('(+1.0 kB)')
    expect(growth({ size_bytes: 500 }, { size_bytes: 1500 })).toBe('(−1.0 kB)')
    expect(growth({ size_bytes: 500 }, undefined)).toBe('')
  })
})
