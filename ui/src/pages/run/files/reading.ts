/** Reading the beginning of a file, or the next part of it, as text. */

import { Problem } from '../../../api/client'

/** So much is read at once. */
export const PART_BYTES = 256 * 1024

/** A part of a file. */
export interface TextPart {
  text: string
  /** Where it ends, in bytes. */
  end: number
  isBinary: boolean
}

/** Read a part of a file as UTF-8. */
export async function readPart(
  url: string,
  from: number,
  size: number,
  signal?: AbortSignal,
  length = PART_BYTES,
): Promise<TextPart> {
  if (from >= size) return { text: '', end: size, isBinary: false }
  const last = Math.min(from + length, size) - 1
  const answer = await fetch(url, {
    headers: { range: `bytes=${from}-${last}` },
    ...(signal ? { signal } : {}),
  })
  if (!answer.ok) throw await problemOf(answer)
  const data = new Uint8Array(await answer.arrayBuffer())
  const whole = last + 1 >= size ? data.length : wholeLength(data)
  const shown = data.subarray(0, whole)
  return {
    text: new TextDecoder().decode(shown),
    end: from + whole,
    isBinary: shown.includes(0),
  }
}

/** Give how many bytes end with a line, or at least with a whole sign. */
export function wholeLength(data: Uint8Array): number {
  const line = data.lastIndexOf(10)
  if (line >= 0) return line + 1
  let lead = data.length - 1
  while (lead > data.length - 4 && lead > 0 && ((data[lead] ?? 0) & 0xc0) === 0x80) lead -= 1
  const first = data[lead] ?? 0
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 1
  return lead + length > data.length ? lead : data.length
}

async function problemOf(answer: Response): Promise<Problem> {
  const said = (await answer.json().catch(() => ({}))) as {
    code?: string
    message?: string
    hint?: string
  }
  const words = said.message ?? `The hub answered with status ${answer.status}.`
  return new Problem(answer.status, said.code ?? 'unknown', words, said.hint ?? null)
}
