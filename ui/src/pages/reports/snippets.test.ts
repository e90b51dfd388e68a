import { expect, test } from 'vitest'
import { insertAt, KINDS, readAddress, snippet } from './snippets'

const BASE = 'http://127.0.0.1:4750'
const read = (address: string) => readAddress(address, BASE)

test('a page of runs gives its filter, order, groups and columns', () => {
  const shown = read(
    '/projects/flights/runs?filter=metrics.auc+%3E+0.7&sort=-metrics.auc&group=params.LR&columns=*name~120,metrics.auc',
  )
  expect(shown).toMatchObject({
    filter: 'metrics.auc > 0.7',
    sort: ['-metrics.auc'],
    group: ['params.LR'],
    columns: ['name', 'metrics.auc'],
  })
  expect(snippet('table', shown ?? undefined)).toBe(
    '```table\nruns: "metrics.auc > 0.7"\nsort: [-metrics.auc]\ncolumns: [name, metrics.auc]\ngroup: [params.LR]\nlimit: 20\n```\n',
  )
})

test('a page of a run, and one of a comparison, give the runs', () => {
  const id = 'ab'.repeat(16)
  expect(read(`${BASE}/runs/${id}/charts`)?.runs).toEqual([id])
  expect(read('/compare?run=a&run=b')?.runs).toEqual(['a', 'b'])
})

test('chosen runs of the table are known by their numbers', () => {
  expect(read('/runs?selected=3-5,9')?.selected).toEqual([3, 4, 5, 9])
})

test('what is no such address is refused', () => {
  expect(read('/models/delay')).toBeNull()
  expect(read('http://[')).toBeNull()
})

test('what a filter says stays one value of YAML', () => {
  const block = snippet('chart', { ...(read('/runs') as object), filter: 'name = "a: b"' } as never)
  expect(block).toContain('runs: "name = \\"a: b\\""')
})

test('every kind can be begun with', () => {
  for (const kind of KINDS) expect(snippet(kind)).toMatch(new RegExp(`^\`\`\`${kind}\n`))
})

test('a block goes on lines of its own', () => {
  expect(insertAt('a\nb', 1, 'X\n').text).toBe('a\n\nX\n\nb')
  expect(insertAt('', 0, 'X\n')).toEqual({ text: 'X\n', end: 2 })
  expect(insertAt('a\n\n', 3, 'X\n').text).toBe('a\n\nX\n')
})
