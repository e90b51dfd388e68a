import { expect, test } from 'vitest'
import { match } from './routes'

test('a path gives its named parts, decoded', () => {
  expect(match('/projects/:project/runs', '/projects/my%20one/runs')).toEqual({ project: 'my one' })
})

test('a part with a question mark may lack, the others may not', () => {
  expect(match('/runs/:run/:tab?', '/runs/abc')).toEqual({ run: 'abc' })
  expect(match('/runs/:run/:tab?', '/runs/abc/logs')).toEqual({ run: 'abc', tab: 'logs' })
  expect(match('/runs/:run', '/runs')).toBeNull()
})

test('a longer path is another page', () => {
  expect(match('/runs', '/runs/abc')).toBeNull()
})

test('what cannot be decoded stands as it is', () => {
  expect(match('/runs/:run', '/runs/50%')).toEqual({ run: '50%' })
})
