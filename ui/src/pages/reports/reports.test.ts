import { expect, test } from 'vitest'
import { htmlLink, isName, reportLink } from './reports'

test('names are those that the hub takes', () => {
  for (const name of ['results', 'Run 3', 'a.b_c-d', '2026']) expect(isName(name)).toBe(true)
  for (const name of ['', '.a', 'a/b', 'a..b', 'a.md', 'a ', '-a', 'ü']) {
    expect(isName(name)).toBe(false)
  }
})

test('addresses keep what is in a name', () => {
  expect(reportLink('a/b')).toBe('/projects/a%2Fb/reports')
  expect(htmlLink('p', 'Run 3')).toBe('/api/v1/projects/p/reports/Run%203/html')
})
