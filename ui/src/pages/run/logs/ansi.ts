/** Colours of a terminal in a line of text, as spans; what else a terminal obeys is left out. */

/** How a piece of a line looks. */
export interface Look {
  /** 0 to 15 of the terminal's palette, or an exact colour as `rgb(…)`; null for the page's own. */
  colour: number | string | null
  back: number | string | null
  isBold: boolean
  isDim: boolean
  isItalic: boolean
  isUnderlined: boolean
}

/** A piece of a line in one look. */
export interface Span extends Look {
  text: string
  /** Whether it is what was searched for. */
  isMatch: boolean
}

const PLAIN: Look = {
  colour: null,
  back: null,
  isBold: false,
  isDim: false,
  isItalic: false,
  isUnderlined: false,
}
const ESCAPE = '\u001b'
const BELL = '\u0007'
const STEPS = [0, 95, 135, 175, 215, 255]

/** Give a line as spans. A line that was written over (`\r`, as progress bars do) ends as it ended. */
export function spansOf(line: string): Span[] {
  if (!line.includes(ESCAPE)) return [{ ...PLAIN, text: clean(lastWritten(line)), isMatch: false }]
  let spans: Span[] = []
  let look = PLAIN
  let isReturned = false
  let at = 0
  while (at < line.length) {
    const escape = line.indexOf(ESCAPE, at)
    const end = escape < 0 ? line.length : escape
    const piece = line.slice(at, end)
    const text = clean(lastWritten(piece))
    if (text && (isReturned || piece.trimEnd().includes('\r'))) spans = []
    if (text) spans.push({ ...look, text, isMatch: false })
    isReturned = piece.endsWith('\r') || (isReturned && !text)
    if (escape < 0) break
    const after = pastSequence(line, escape)
    if (line[escape + 1] === '[' && line[after - 1] === 'm')
      look = styled(look, line.slice(escape + 2, after - 1))
    at = after
  }
  return spans
}

/** Give a line's text without what a terminal obeys. */
export function plainText(line: string): string {
  return spansOf(line)
    .map((span) => span.text)
    .join('')
}

/** Give spans with what was searched for in spans of its own. */
export function marked(spans: readonly Span[], pattern: RegExp | null): Span[] {
  if (!pattern) return [...spans]
  const text = spans.map((span) => span.text).join('')
  const edges = matchesIn(text, pattern)
  if (edges.length === 0) return [...spans]
  const found: Span[] = []
  let at = 0
  for (const span of spans) {
    found.push(...cut(span, at, edges))
    at += span.text.length
  }
  return found
}

/** Give what finds a text or an expression in a line; null where the expression is wrong. */
export function patternOf(text: string, isRegex: boolean): RegExp | null {
  if (!text) return null
  try {
    return isRegex
      ? new RegExp(text.replace(/^\(\?i\)/, ''), text.startsWith('(?i)') ? 'giu' : 'gu')
      : new RegExp(text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'), 'giu')
  } catch {
    return null
  }
}

function matchesIn(text: string, pattern: RegExp): [number, number][] {
  const found: [number, number][] = []
  for (const match of text.matchAll(pattern)) {
    if (match[0].length > 0) found.push([match.index, match.index + match[0].length])
    if (found.length >= 200) break
  }
  return found
}

function cut(span: Span, begin: number, edges: [number, number][]): Span[] {
  const pieces: Span[] = []
  const end = begin + span.text.length
  let at = begin
  for (const [from, to] of edges) {
    const first = Math.max(from, begin)
    const last = Math.min(to, end)
    if (first >= last) continue
    if (first > at) pieces.push({ ...span, text: span.text.slice(at - begin, first - begin) })
    pieces.push({ ...span, text: span.text.slice(first - begin, last - begin), isMatch: true })
    at = last
  }
  if (at < end) pieces.push({ ...span, text: span.text.slice(at - begin) })
  return pieces
}

function lastWritten(text: string): string {
  const trimmed = text.replace(/\r+$/, '')
  return trimmed.slice(trimmed.lastIndexOf('\r') + 1)
}

function clean(text: string): string {
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '')
}

function pastSequence(line: string, at: number): number {
  const kind = line[at + 1]
  if (kind === '[') {
    let end = at + 2
    while (end < line.length && !/[@-~]/.test(line[end] ?? '')) end += 1
    return Math.min(end + 1, line.length)
  }
  if (kind === ']') return pastString(line, at)
  return Math.min(at + 2, line.length)
}

function pastString(line: string, at: number): number {
  const bell = line.indexOf(BELL, at)
  const closing = line.indexOf(`${ESCAPE}\\`, at)
  if (bell >= 0 && (closing < 0 || bell < closing)) return bell + 1
  return closing < 0 ? line.length : closing + 2
}

function styled(look: Look, codes: string): Look {
  const numbers = codes.split(/[;:]/).map(Number)
  let next: Look = look
  for (let at = 0; at < numbers.length; at += 1) {
    const code = numbers[at] ?? 0
    if (code === 38 || code === 48) {
      const [colour, used] = extended(numbers, at + 1)
      if (colour !== null) next = { ...next, [code === 38 ? 'colour' : 'back']: colour }
      at += used
    } else {
      next = simple(next, code)
    }
  }
  return next
}

function simple(look: Look, code: number): Look {
  if (code === 0) return PLAIN
  if (code === 1) return { ...look, isBold: true }
  if (code === 2) return { ...look, isDim: true }
  if (code === 3) return { ...look, isItalic: true }
  if (code === 4) return { ...look, isUnderlined: true }
  if (code === 22) return { ...look, isBold: false, isDim: false }
  if (code === 23) return { ...look, isItalic: false }
  if (code === 24) return { ...look, isUnderlined: false }
  if (code === 39) return { ...look, colour: null }
  if (code === 49) return { ...look, back: null }
  if (code >= 30 && code <= 37) return { ...look, colour: code - 30 }
  if (code >= 90 && code <= 97) return { ...look, colour: code - 82 }
  if (code >= 40 && code <= 47) return { ...look, back: code - 40 }
  if (code >= 100 && code <= 107) return { ...look, back: code - 92 }
  return look
}

function extended(numbers: number[], at: number): [number | string | null, number] {
  if (numbers[at] === 5) return [ofPalette(numbers[at + 1] ?? -1), 2]
  if (numbers[at] !== 2) return [null, 0]
  const parts = numbers.slice(at + 1, at + 4)
  const isColour = parts.length === 3 && parts.every((part) => part >= 0 && part <= 255)
  return [isColour ? `rgb(${parts.map(Math.round).join(', ')})` : null, 4]
}

function ofPalette(index: number): number | string | null {
  if (!Number.isInteger(index) || index < 0 || index > 255) return null
  if (index < 16) return index
  if (index >= 232) {
    const grey = 8 + (index - 232) * 10
    return `rgb(${grey}, ${grey}, ${grey})`
  }
  const cube = index - 16
  const parts = [Math.floor(cube / 36), Math.floor(cube / 6) % 6, cube % 6]
  return `rgb(${parts.map((part) => STEPS[part]).join(', ')})`
}
