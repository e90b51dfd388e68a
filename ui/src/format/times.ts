/** Times in the user's zone, and how long things took. Times are seconds since the epoch. */

const MINUTE_S = 60
const HOUR_S = 3600
const DAY_S = 86_400

// Making a format takes longer than a hundred uses of it.
const FULL = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'long' })
const DAY = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' })
const MINUTE = new Intl.DateTimeFormat(undefined, {
  month: 'short',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
})

/** Give a time in full, in the user's zone and language. */
export function fullTime(seconds: number): string {
  return formatted(FULL, new Date(seconds * 1000))
}

/** Give how long ago a time was, in one word or two; older ones as a date. */
export function timeAgo(seconds: number, now: number): string {
  const age = now - seconds
  if (age < -MINUTE_S) return shortTime(seconds)
  if (age < 10) return 'now'
  if (age < MINUTE_S) return `${Math.floor(age)} s ago`
  if (age < HOUR_S) return `${Math.floor(age / MINUTE_S)} min ago`
  if (age < DAY_S) return `${Math.floor(age / HOUR_S)} h ago`
  if (age < 7 * DAY_S) return `${Math.floor(age / DAY_S)} d ago`
  return shortTime(seconds)
}

/** Give a time as short as it is clear: the day, and the minute of this year. */
export function shortTime(seconds: number): string {
  const date = new Date(seconds * 1000)
  const isThisYear = date.getFullYear() === new Date().getFullYear()
  return formatted(isThisYear ? MINUTE : DAY, date)
}

/** What is no time is said, not thrown. */
function formatted(format: Intl.DateTimeFormat, date: Date): string {
  return Number.isNaN(date.getTime()) ? String(date) : format.format(date)
}

/** Give a duration, two units at most: `1.2 s`, `3 min 20 s`, `5 h 2 min`, `2 d 3 h`. */
export function duration(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return '–'
  if (seconds < 0.9995) return `${Math.round(Math.max(0, seconds) * 1000)} ms`
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  if (whole < MINUTE_S) return `${whole} s`
  if (whole < HOUR_S) return two(whole, MINUTE_S, 'min', 1, 's')
  if (whole < DAY_S) return two(whole, HOUR_S, 'h', MINUTE_S, 'min')
  return two(whole, DAY_S, 'd', HOUR_S, 'h')
}

function two(whole: number, large: number, word: string, small: number, rest: string): string {
  const left = Math.floor((whole % large) / small)
  const first = `${Math.floor(whole / large)} ${word}`
  return left ? `${first} ${left} ${rest}` : first
}
