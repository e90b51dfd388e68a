/** A filter's text in pieces, each with its role and whether it is wrong. Pure. */

import { rolesOf, wordsOf, type Role } from './words'

/** A piece of text. */
export interface Piece {
  text: string
  role: Role | 'space'
  isWrong: boolean
}

/** Where the hub says that a filter is wrong, in characters from 1. */
export interface Wrong {
  position?: number | null
  length?: number | null
}

/**
 * Cut a text where its looks change.
 *
 * @param error what the hub says is wrong, its position counted in characters from 1; at the end
 *   of the text it is the last character
 */
export function painted(text: string, error: Wrong | null): Piece[] {
  const words = wordsOf(text)
  const { roles } = rolesOf(words)
  const wrong = wrongPart(text, error)
  const cuts = new Set([0, text.length, wrong.from, wrong.to])
  for (const word of words) cuts.add(word.from).add(word.to)
  const places = [...cuts].filter((at) => at >= 0 && at <= text.length).sort((a, b) => a - b)
  return places.slice(0, -1).map((from, i) => {
    const at = words.findIndex((word) => word.from <= from && from < word.to)
    return {
      text: text.slice(from, places[i + 1]),
      role: at < 0 ? 'space' : (roles[at] ?? 'space'),
      isWrong: from >= wrong.from && from < wrong.to,
    }
  })
}

function wrongPart(text: string, error: Wrong | null): { from: number; to: number } {
  if (error?.position === null || error?.position === undefined) return { from: -1, to: -1 }
  // The hub counts characters, JavaScript halves of some of them.
  const characters = [...text]
  const before = characters.slice(0, error.position - 1).join('').length
  const end = text.trimEnd().length
  const from = Math.max(0, Math.min(before, end - 1))
  const own = characters.slice(error.position - 1, error.position - 1 + (error.length ?? 1))
  return { from, to: Math.max(from + 1, Math.min(end, before + own.join('').length)) }
}
