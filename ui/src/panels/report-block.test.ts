import { expect, test } from 'vitest'
import { withDefaults } from '../charts/options'
import { chartBlock } from './report-block'

test('a panel becomes a block of a report', () => {
  expect(chartBlock(['loss'], ['a1'], withDefaults())).toBe(
    '```chart\nruns: ["a1"]\nmetrics: ["loss"]\n```\n',
  )
})

test('what is chosen goes with it', () => {
  const options = withDefaults({
    x: 'relative',
    isLogY: true,
    smoothing: { kind: 'ema', amount: 0.9 },
    yRange: [0, 1],
  })
  expect(chartBlock(['a', 'b: "c"'], ['r'], options).split('\n').slice(2, -2)).toEqual([
    'metrics: ["a", "b: \\"c\\""]',
    'together: true',
    'x: relative',
    'smoothing: 0.9',
    'log: y',
    'range: [0, 1]',
  ])
})
