import { lexer } from 'marked'
import { expect, test } from 'vitest'
import { plainText, safeLink } from './markdown'

test('a link leads to pages and mail alone', () => {
  expect(safeLink('https://example.org/a?b')).toBe('https://example.org/a?b')
  expect(safeLink('/runs/abc')).toBe('/runs/abc')
  expect(safeLink('mailto:a@example.org')).toBe('mailto:a@example.org')
  expect(safeLink('javascript:alert(1)')).toBeNull()
  expect(safeLink('JaVaScRiPt:alert(1)')).toBeNull()
  expect(safeLink('data:text/html,<script>')).toBeNull()
  expect(safeLink('\tjavascript:alert(1)')).toBeNull()
})

test('HTML in Markdown is text', () => {
  const [token] = lexer('<script>alert(1)</script>')
  expect(token && plainText(token)).toContain('<script>')
})
