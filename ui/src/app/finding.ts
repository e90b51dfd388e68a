/** How the palette chooses among what it could offer. */

/** Give how well a label fits what was typed: 0 for not at all, more for better. */
export function fit(typed: string, label: string): number {
  const wanted = typed.toLowerCase().trim()
  const text = label.toLowerCase()
  if (wanted === '') return 1
  const place = text.indexOf(wanted)
  if (place === 0) return 4
  if (place > 0) return /[\s/_.-]/.test(text[place - 1] ?? '') ? 3 : 2
  return isSpread(wanted, text) ? 1 : 0
}

/** Give those that fit, the best first, equal ones in their order. */
export function fitting<T>(typed: string, all: readonly T[], label: (one: T) => string): T[] {
  return all
    .map((one) => ({ one, score: fit(typed, label(one)) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .map(({ one }) => one)
}

/** Tell whether the letters stand in a text in their order. */
function isSpread(wanted: string, text: string): boolean {
  let at = 0
  for (const letter of wanted) {
    at = text.indexOf(letter, at) + 1
    if (at === 0) return false
  }
  return true
}
