import { expect, test } from 'vitest'
import type { Metric } from './panel-run'
import { prefixOf, sectionsOf, titleOf } from './sections'

function metric(name: string, way: Metric['way'] = null): Metric {
  return { name, runs: 1, points: 10, most: 10, way }
}

test('the prefix of a name is what stands before its first slash', () => {
  expect(prefixOf('train/loss')).toBe('train')
  expect(prefixOf('layers/3/norm')).toBe('layers')
  expect(prefixOf('loss')).toBe('')
  expect(prefixOf('/loss')).toBe('')
  expect(prefixOf('loss/')).toBe('')
})

test('names in a section are sorted by the numbers in them', () => {
  const found = sectionsOf(['l/10', 'l/9', 'L/1', 'l/b'].map((name) => metric(name)))
  expect(found.get('l')).toEqual(['l/9', 'l/10', 'l/b'])
})

test('objectives go first, and system last', () => {
  const found = sectionsOf([
    metric('system/cpu'),
    metric('system/gpu'),
    metric('a/x'),
    metric('a/y'),
    metric('val/loss'),
    metric('val/auc', 'max'),
    metric('top'),
  ])
  expect([...found.keys()]).toEqual(['val', '', 'a', 'system'])
  expect(found.get('val')).toEqual(['val/auc', 'val/loss'])
})

test('lines go before single values', () => {
  const found = sectionsOf([{ ...metric('a/size'), most: 1 }, metric('a/x'), metric('a/y', 'max')])
  expect(found.get('a')).toEqual(['a/y', 'a/x', 'a/size'])
})

test('a metric alone with its prefix stands among those without one', () => {
  const found = sectionsOf([metric('a/x'), metric('top'), metric('b/x'), metric('b/y')])
  expect([...found]).toEqual([
    ['', ['a/x', 'top']],
    ['b', ['b/x', 'b/y']],
  ])
})

test('sections of training and testing go before layers', () => {
  const names = ['layer/1', 'layer/2', 'val/a', 'val/b', 'train/a', 'train/b', 'loss']
  const found = sectionsOf(names.map((name) => metric(name)))
  expect([...found.keys()]).toEqual(['', 'train', 'val', 'layer'])
})

test('metrics without a prefix have a section with a name', () => {
  expect(titleOf('')).toBe('Metrics')
  expect(titleOf('val')).toBe('val')
})
