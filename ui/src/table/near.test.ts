import { expect, test } from 'vitest'
import { nearest } from './near'

test('a mistyped name finds the one that was meant', () => {
  expect(nearest('metics.auc', ['step', 'metrics.auc', 'metrics.acc'])).toBe('metrics.auc')
  expect(nearest('stpe', ['step', 'status'])).toBeNull()
  expect(nearest('staus', ['step', 'status'])).toBe('status')
  expect(nearest('colour', ['step', 'status'])).toBeNull()
})
