import { expect, test } from 'vitest'
import type { BlockOf, ReportDocument } from './document'
import { chartLooks, looksOf } from './looks'

type Chart = BlockOf<'chart'>

function chart(plots: Chart['plots'], isGrouped = false): Chart {
  return {
    ...{ kind: 'chart', line: 1, title: '', caption: '', x: 'step', smoothing: 0, height: 260 },
    ...{ log_x: false, log_y: false, low: null, high: null, notes: [] },
    is_grouped: isGrouped,
    plots,
  }
}

const trace = (run: string, metric = 'loss', group: string | null = null) => ({
  ...{ run, metric, label: run },
  group,
})

test('a run has one colour in all charts of a report, the drawn ones first', () => {
  const set: BlockOf<'runs'> = {
    ...{ kind: 'runs', line: 1, title: '', caption: '', name: 's', filter: null, notes: [] },
    ...{ runs: ['z', 'b'], is_hidden: false },
  }
  const blocks = [set, chart([{ title: 'loss', traces: [trace('a'), trace('b')] }])]
  const looks = looksOf({ blocks } as unknown as ReportDocument)
  expect([...looks.keys()]).toEqual(['a', 'b', 'z'])
  expect(new Set([...looks.values()].map((look) => look.colour)).size).toBe(3)
})

test('the lines of a group share a look and one entry of the legend', () => {
  const traces = [
    trace('a', 'loss', 'lr 1'),
    trace('b', 'loss', 'lr 1'),
    trace('c', 'loss', 'lr 2'),
  ]
  const { entries, keyOf } = chartLooks(chart([{ title: 'loss', traces }], true), new Map())
  expect([...entries.values()].map((entry) => entry.label)).toEqual(['lr 1', 'lr 2'])
  expect(keyOf(traces[0] ?? trace('x'))).toBe(keyOf(traces[1] ?? trace('y')))
})

test('metrics of one run in one plot have looks of their own', () => {
  const traces = [trace('a', 'loss'), trace('a', 'auc')]
  const { entries } = chartLooks(chart([{ title: 'both', traces }]), new Map())
  expect(entries.size).toBe(2)
})
