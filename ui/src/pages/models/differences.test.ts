import { describe, expect, it } from 'vitest'
import { isBetter, shortened, signed } from './differences'

describe('a difference', () => {
  it('has its sign', () => {
    expect([signed(0.07), signed(-0.5), signed(0), signed(null)]).toEqual([
      '+0.07',
      '−0.5',
      '=',
      '–',
    ])
  })

  it('is better or worse where it is of the metric that counts', () => {
    const auc = { name: 'evaluate.auc', old: 0.6, new: 0.7, difference: 0.1 }
    expect(isBetter(auc, { name: 'evaluate.auc', way: 'max' })).toBe(true)
    expect(isBetter(auc, { name: 'evaluate.auc', way: 'min' })).toBe(false)
    expect(isBetter(auc, { name: 'evaluate.log_loss', way: 'min' })).toBeNull()
    expect(isBetter({ ...auc, difference: 0 }, { name: 'evaluate.auc', way: 'max' })).toBeNull()
    expect(isBetter(auc, null)).toBeNull()
  })

  it('has short commits, and other texts as they are', () => {
    expect(shortened(`commit: ${'a'.repeat(40)} → ${'b'.repeat(40)}`)).toBe(
      'commit: aaaaaaaaaa → bbbbbbbbbb',
    )
    expect(shortened('AUC: 0.61 → 0.68')).toBe('AUC: 0.61 → 0.68')
  })
})
