import { describe, expect, it } from 'vitest'
import type { Block } from './block'
import type { Drawn } from './composing'
import { csvOf, type Scene } from './exporting'
import { lineOf } from './line'
import { bucketsBlock, pointsBlock } from './making'
import { withDefaults } from './options'
import type { SeriesQuery } from './source'
import { svgOf } from './svg'

function drawn(label: string): Drawn {
  const line = lineOf([pointsBlock(0, 10)])
  const trace = { run: 'a', metric: 'loss', label, colour: '#3b7fd9' }
  return { line, label, colour: '#3b7fd9', dash: [], trace, members: 0, isBehind: false }
}

function scene(label: string, from: number, to: number): Scene {
  return {
    drawn: [drawn(label)],
    x: { isLog: false, min: from, max: to },
    y: { isLog: false, min: 0, max: 1 },
    options: withDefaults(),
    frame: null,
    painter: null,
  }
}

/** A source of one point a step, which tells few of them one by one. */
const steps = {
  most: 300,
  read({ start, end }: SeriesQuery): Promise<Block[]> {
    const [first, last] = [Math.max(0, Math.ceil(start)), Math.min(1999, Math.floor(end))]
    const ends = { first: 0, last: 1999, total: 2000 }
    const block =
      last - first < this.most
        ? pointsBlock(first, last + 1, ends)
        : { ...bucketsBlock(0, 2048, 4), ...ends }
    return Promise.resolve([block])
  },
}

describe('a table of what is shown', () => {
  it('has the exact points of the range, each once, whatever was drawn', async () => {
    const rows = (await csvOf(scene('a', 100, 1500), steps)).trim().split('\n')
    expect(rows[0]).toBe('line,run,metric,step,value')
    const places = rows.slice(1).map((row) => Number(row.split(',')[3]))
    expect(places).toEqual(Array.from({ length: 1401 }, (_, i) => 100 + i))
  })

  it('has names that no spreadsheet takes for a formula', async () => {
    const [, row] = (await csvOf(scene('=1+"x",2', 0, 0), steps)).split('\n')
    expect(row).toBe(`"'=1+""x"",2",a,loss,0,0`)
  })
})

it('a picture as SVG has lines, and names as text', () => {
  const text = svgOf('<b>loss</b>', scene('<script>alert(1)</script>', 0, 9))
  expect(text).toContain('&lt;script&gt;')
  expect(text).not.toContain('<script')
  expect(text).not.toContain('<b>')
  expect(text.match(/<path d="M[\d.]+ /g)).toHaveLength(1)
})
