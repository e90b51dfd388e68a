/** Numbers with the digits that tell something. */

const DIGITS = 4
const LARGE = 1e6
const SMALL = 1e-4

/** Give a number for reading: four significant digits, whole numbers whole, 1.2e-7 and ∞ as such. */
export function number(value: unknown, digits = DIGITS): string {
  if (value === 'Infinity') return '∞'
  if (value === '-Infinity') return '−∞'
  if (typeof value !== 'number' || Number.isNaN(value)) return '–'
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞'
  const size = Math.abs(value)
  if (Number.isInteger(value) && size < 1e9) return minus(value.toLocaleString('en'))
  if (size !== 0 && (size >= LARGE || size < SMALL)) {
    return minus(
      value
        .toExponential(digits - 1)
        .replace(/\.?0+e/, 'e')
        .replace('e+', 'e'),
    )
  }
  const after = Math.max(0, digits - 1 - Math.floor(Math.log10(size || 1)))
  const rounded = Number(value.toFixed(Math.min(after, 20)))
  return minus(size < 1000 ? String(rounded) : rounded.toLocaleString('en'))
}

/** Give a share of one as percent. */
export function percent(value: number): string {
  return `${number(value * 100, 3)} %`
}

/** Give a value of a parameter, a metric or a cell for reading. */
export function cell(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'number') return number(value)
  if (typeof value === 'string') return value
  return JSON.stringify(value)
}

function minus(text: string): string {
  return text.replace(/^-/, '−')
}
