import { expect, it } from 'vitest'
import { DEFAULTS, packOptions, unpackOptions, withDefaults, type ChartOptions } from './options'

it('has nothing to say of the defaults', () => {
  expect(packOptions(DEFAULTS)).toBe('')
  expect(unpackOptions('')).toEqual(DEFAULTS)
})

it.each<[string, Partial<ChartOptions>]>([
  [
    'xt~ly~e0.9~r0:100',
    { x: 'time', isLogY: true, smoothing: { kind: 'ema', amount: 0.9 }, xRange: [0, 100] },
  ],
  [
    'xr~lx~g~s~o~m50',
    {
      x: 'relative',
      isLogX: true,
      isGrouped: true,
      hasSingles: true,
      clipsOutliers: true,
      smoothing: { kind: 'mean', amount: 50 },
    },
  ],
  ['k~al', { hasMarkers: true, bucketValue: 'last' }],
  ['w0~b0~dr~y-1:1e-7', { hasRaw: false, hasBand: false, groupBand: 'range', yRange: [-1, 1e-7] }],
])('goes to %s and back', (text, chosen) => {
  const options = withDefaults(chosen)
  expect(unpackOptions(text)).toEqual(options)
  expect(unpackOptions(packOptions(options))).toEqual(options)
})

it('takes a metric of any name to the right', () => {
  const options = withDefaults({ x: { metric: 'val~loss/ä 1&2' } })
  const text = packOptions(options)
  expect(text.split('~')).toHaveLength(1)
  expect(unpackOptions(text)).toEqual(options)
})

it('leaves out what it does not know, or what does not fit', () => {
  for (const text of ['q', 'e2', 'eNaN', 'm1', 'r5:1', 'r1', 'xq', 'xm%', '~~', 'd']) {
    expect(unpackOptions(text)).toEqual(DEFAULTS)
  }
})
