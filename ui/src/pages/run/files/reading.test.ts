import { describe, expect, it } from 'vitest'
import { compareNames, foldersOf } from './files'
import { wholeLength } from './reading'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

describe('a part of a text', () => {
  it('ends with a line where there is one', () => {
    expect(wholeLength(bytes('one\ntwo\nthr'))).toBe(8)
  })

  it('cuts no sign into pieces', () => {
    expect(wholeLength(bytes('aé'))).toBe(3)
    expect(wholeLength(bytes('aé').subarray(0, 2))).toBe(1)
    expect(wholeLength(bytes('a€').subarray(0, 3))).toBe(1)
    expect(wholeLength(bytes('plain'))).toBe(5)
  })
})

describe('names of files', () => {
  it('are compared as people count', () => {
    expect(['e10', 'e2', 'e1'].sort(compareNames)).toEqual(['e1', 'e2', 'e10'])
  })

  it('lie in folders', () => {
    expect(foldersOf('a/b/c.txt')).toEqual(['a', 'a/b'])
    expect(foldersOf('c.txt')).toEqual([])
  })
})
