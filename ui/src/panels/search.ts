/** Finding metrics: words that a name has, or a regular expression between slashes. */

/** A part of a name, from a place to before another. */
export type Span = readonly [number, number]

/** What was typed, understood. */
export interface Search {
  /** Give what fits in a name; null where it does not fit. */
  spans: (name: string) => Span[] | null
  /** Why the expression cannot be read; the search then finds everything. */
  error: string | null
}

const EVERYTHING: Search = { spans: () => [], error: null }
const EXPRESSION = /^\/(.*?)(?:\/([a-z]*))?$/s
/** Longer names are searched up to here, so that no expression takes long. */
const MOST = 500

/** Understand what was typed: `/val.*loss/` is an expression, all else words in any order. */
export function searchOf(typed: string): Search {
  const text = typed.trim()
  if (text === '') return EVERYTHING
  const expression = EXPRESSION.exec(text)
  return expression ? byExpression(expression[1] ?? '', expression[2]) : byWords(text)
}

function byWords(text: string): Search {
  const words = [...new Set(text.toLowerCase().split(/\s+/))]
  return {
    spans: (name) => {
      const lower = name.toLowerCase()
      const found = words.map((word) => [lower.indexOf(word), word.length] as const)
      if (found.some(([at]) => at < 0)) return null
      return merged(found.map(([at, length]) => [at, at + length]))
    },
    error: null,
  }
}

function byExpression(pattern: string, flags = ''): Search {
  if (pattern === '') return EVERYTHING
  let expression: RegExp
  try {
    expression = new RegExp(pattern, `${flags.replace(/[gy]/g, '')}i`.replace(/i(?=.*i)/, ''))
  } catch (error) {
    return { ...EVERYTHING, error: `/${pattern}/: ${reason(error)}` }
  }
  return {
    spans: (name) => {
      const found = expression.exec(name.slice(0, MOST))
      return found ? [[found.index, found.index + found[0].length]] : null
    },
    error: null,
  }
}

/** Give why a browser refuses an expression, without its own words around it. */
function reason(error: unknown): string {
  const words = error instanceof Error ? error.message : String(error)
  return (words.split(': ').at(-1) ?? words).toLowerCase()
}

function merged(spans: Span[]): Span[] {
  const found: [number, number][] = []
  for (const [start, end] of spans.sort((a, b) => a[0] - b[0])) {
    const last = found.at(-1)
    if (last && start <= last[1]) last[1] = Math.max(last[1], end)
    else found.push([start, end])
  }
  return found
}

/** A piece of a name, and whether it is what was searched for. */
export interface Piece {
  text: string
  isFound: boolean
}

/** Cut a name into pieces for showing what was found in it. */
export function piecesOf(name: string, spans: readonly Span[]): Piece[] {
  const found: Piece[] = []
  let at = 0
  for (const [start, end] of spans) {
    if (start > at) found.push({ text: name.slice(at, start), isFound: false })
    if (end > start) found.push({ text: name.slice(start, end), isFound: true })
    at = end
  }
  if (at < name.length) found.push({ text: name.slice(at), isFound: false })
  return found
}
