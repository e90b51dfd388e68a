import { describe, expect, it } from 'vitest'
import { diffLines, linesOf } from './diff'
import { counted, folded, paired } from './folding'

function applied(before: string, after: string): [string[], string[]] {
  const lines = diffLines(before, after)
  return [
    lines.filter((line) => line.kind !== 'added').map((line) => line.text),
    lines.filter((line) => line.kind !== 'removed').map((line) => line.text),
  ]
}

function numbers(count: number, changed: Record<number, string> = {}): string {
  return Array.from({ length: count }, (_, at) => changed[at] ?? `line ${at}`).join('\n')
}

describe('a diff', () => {
  it('is the shortest edit', () => {
    const shown = diffLines('a\nb\nc\na\nb\nb\na', 'c\nb\na\nb\na\nc')
    expect(counted(shown)).toEqual({ added: 2, removed: 3 })
  })

  it('holds both texts whole and in order', () => {
    for (const [before, after] of [
      ['', ''],
      ['', 'a\nb'],
      ['a\nb', ''],
      ['a\nb\nc', 'a\nc'],
      ['x\nb\nc', 'b\nc\ny'],
      ['a\r\nb', 'a\nb'],
      [numbers(50, { 10: 'x', 30: 'y' }), numbers(55, { 12: 'z' })],
    ] as const) {
      expect(applied(before, after)).toEqual([linesOf(before), linesOf(after)])
    }
  })

  it('numbers the lines of both sides', () => {
    expect(diffLines('a\nb', 'b\nc').map((line) => [line.kind, line.old, line.new])).toEqual([
      ['removed', 1, null],
      ['same', 2, 1],
      ['added', null, 2],
    ])
  })

  it('ends in time where nothing is the same', () => {
    const before = Array.from({ length: 20_000 }, (_, at) => `a${at}`).join('\n')
    const after = Array.from({ length: 20_000 }, (_, at) => `b${at}`).join('\n')
    expect(counted(diffLines(before, after))).toEqual({ added: 20_000, removed: 20_000 })
  })
})

describe('a folded diff', () => {
  const lines = diffLines(numbers(100), numbers(100, { 50: 'changed' }))

  it('shows what is around a change and folds the rest', () => {
    const parts = folded(lines, new Set())
    expect(parts.map((part) => [part.kind, part.lines.length])).toEqual([
      ['fold', 47],
      ['lines', 8],
      ['fold', 46],
    ])
  })

  it('opens a fold where the user says', () => {
    const parts = folded(lines, new Set([0]))
    expect(parts.map((part) => [part.kind, part.lines.length])).toEqual([
      ['lines', 55],
      ['fold', 46],
    ])
  })

  it('folds no few lines', () => {
    const near = diffLines(numbers(20), numbers(20, { 3: 'x', 12: 'y' }))
    expect(folded(near, new Set()).filter((part) => part.kind === 'fold')).toHaveLength(1)
  })
})

describe('side by side', () => {
  it('stands what was removed beside what came instead', () => {
    const pairs = paired(diffLines('a\nb\nc\nd', 'a\nx\nd'))
    expect(pairs.map((pair) => [pair.old?.text ?? null, pair.new?.text ?? null])).toEqual([
      ['a', 'a'],
      ['b', 'x'],
      ['c', null],
      ['d', 'd'],
    ])
  })
})
