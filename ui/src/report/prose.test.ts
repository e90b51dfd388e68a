import type { Tokens } from 'marked'
import { expect, test } from 'vitest'
import { proseTokens } from './prose'

const inline = (text: string, images = {}) =>
  (proseTokens(text, '', images)[0] as Tokens.Paragraph).tokens

test('an image of the report is shown from the report itself', () => {
  const [image] = inline('![roc](plots/roc.png)', { 'plots/roc.png': 'data:image/png;base64,x' })
  expect((image as Tokens.Image).href).toBe('data:image/png;base64,x')
})

test('an image from elsewhere is never asked for', () => {
  for (const address of ['https://evil.example/a.png', '/api/v1/x', 'data:image/png;base64,x']) {
    const [image] = inline(`![x](${address})`)
    expect((image as Tokens.Image).href).toBe('')
  }
})

test('links may be defined in another part of the report', () => {
  const [paragraph] = proseTokens('See [there].', '[THERE]: <https://example.org>', {})
  const link = (paragraph as Tokens.Paragraph).tokens.find((token) => token.type === 'link')
  expect((link as Tokens.Link).href).toBe('https://example.org')
})
