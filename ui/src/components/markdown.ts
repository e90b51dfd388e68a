/** What of Markdown is decided apart from drawing it. */

import type { Token } from 'marked'

const SCHEMES = new Set(['http:', 'https:', 'mailto:'])

/** Give a link as it may be followed; null for schemes such as `javascript:`. */
export function safeLink(href: string, base = 'http://hub.invalid'): string | null {
  try {
    const url = new URL(href, base)
    return SCHEMES.has(url.protocol) ? href : null
  } catch {
    return null
  }
}

const ENTITIES: Record<string, string> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
}

/** Give a token's own text; what stands there as HTML is shown as it was typed. */
export function plainText(token: Token): string {
  if (token.type === 'escape') return token.text
  const text = 'text' in token && typeof token.text === 'string' ? token.text : token.raw
  return text.replace(/&(?:amp|lt|gt|quot|#39);/g, (entity: string) => ENTITIES[entity] ?? entity)
}
