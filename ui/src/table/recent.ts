/** The filters that were used last, kept by the browser. */

const KEY = 'runs.filters'
const MOST = 15

/** Give them, the last first. */
export function recentFilters(): string[] {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]')
    return Array.isArray(found) ? found.filter((one) => typeof one === 'string') : []
  } catch {
    return []
  }
}

/** Remember a filter. */
export function rememberFilter(filter: string): void {
  const text = filter.trim()
  if (text === '') return
  const rest = recentFilters().filter((one) => one !== text)
  try {
    localStorage.setItem(KEY, JSON.stringify([text, ...rest].slice(0, MOST)))
  } catch {
    // A browser that keeps nothing: filters are not remembered.
  }
}
