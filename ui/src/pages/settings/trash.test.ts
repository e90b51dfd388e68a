import { expect, test } from 'vitest'
import { counted } from './trash'

test('what is in the trash is counted by kind', () => {
  expect(counted({ run: 1200, project: 1, model: 0 })).toBe('1,200 runs, 1 project')
})
