import { expect, test } from 'vitest'
import { hasHeading, partsOf, type Block, type ReportDocument } from './document'

const prose = (text: string): Block => ({ kind: 'prose', line: 1, text })
const metric = (line: number): Block => ({
  ...{ kind: 'metric', line, title: '', caption: '', run: 'a', than: null, of: 'last' },
  numbers: [],
})

test('numbers that follow each other stand in one row', () => {
  const parts = partsOf([metric(1), metric(2), prose('words'), metric(3)])
  expect(parts.map((part) => (part.kind === 'numbers' ? part.blocks.length : 'one'))).toEqual([
    2,
    'one',
    1,
  ])
})

test('a report that begins with a heading needs no other title', () => {
  const document = { blocks: [prose('# Title\n')] } as unknown as ReportDocument
  expect(hasHeading(document)).toBe(true)
  expect(hasHeading({ blocks: [metric(1)] } as unknown as ReportDocument)).toBe(false)
})
