/** A report's Markdown as tokens, whose images need no request. */

import { lexer, type Token } from 'marked'

/** Give the tokens of a piece of prose. */
export function proseTokens(
  text: string,
  references: string,
  images: Readonly<Record<string, string>>,
): Token[] {
  const tokens = lexer(references ? `${text}\n\n${references}` : text, { gfm: true })
  return tokens.map((token) => withImages(token, images))
}

/** Give a name for a heading that a link may lead to. */
export function anchorOf(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replace(/\s+/g, '-')
}

function withImages<T>(value: T, images: Readonly<Record<string, string>>): T {
  if (Array.isArray(value)) return value.map((one) => withImages(one, images)) as T
  if (typeof value !== 'object' || value === null) return value
  const copy = Object.fromEntries(
    Object.entries(value).map(([key, entry]) => [key, withImages(entry, images)]),
  )
  // What is not in the report itself is named, and not asked for.
  if (copy['type'] === 'image') copy['href'] = images[String(copy['href'])] ?? ''
  return copy as T
}
