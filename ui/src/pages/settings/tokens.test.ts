import { expect, test } from 'vitest'
import { granted, validity } from './tokens'

test('rights are told by role and project', () => {
  expect(granted({ '': 'admin' })).toBe('admin of all projects')
  expect(granted({ flights: 'reader', shop: 'writer' })).toBe('reader of flights, writer of shop')
})

test('a token is valid until it is revoked or its time has come', () => {
  expect(validity({ revoked_at: null, expires_at: null }, 100)).toBe('valid')
  expect(validity({ revoked_at: null, expires_at: 100 }, 100)).toBe('ended')
  expect(validity({ revoked_at: 50, expires_at: 200 }, 100)).toBe('revoked')
})
