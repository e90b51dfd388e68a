/** Where the user is: the address bar as reactive state, and the ways to change it. */

class Here {
  #url = $state.raw(new URL(window.location.href))

  /** The path, such as `/runs`. */
  get path(): string {
    return this.#url.pathname
  }

  /** The query; a page keeps its whole state in it. */
  get query(): URLSearchParams {
    return this.#url.searchParams
  }

  /** Path and query, as a link. */
  get link(): string {
    return this.#url.pathname + this.#url.search
  }

  /** The part after `#`, without it. */
  get hash(): string {
    return this.#url.hash.slice(1)
  }

  read(): void {
    this.#url = new URL(window.location.href)
  }
}

/** The present place. */
export const here = new Here()

window.addEventListener('popstate', () => here.read())

/** Go to a place of this UI; `replace` leaves no step to go back to. */
export function go(to: string, { replace = false } = {}): void {
  if (to === here.link) return
  history[replace ? 'replaceState' : 'pushState'](null, '', to)
  const moved = new URL(to, window.location.href).pathname !== here.path
  here.read()
  if (moved) window.scrollTo(0, 0)
}

/** Set and, with null, remove keys of the query; the others stay. */
export function setQuery(
  values: Record<string, string | string[] | null>,
  { replace = true } = {},
): void {
  go(linkWith(here.path, here.query, values), { replace })
}

/** Give a link with some keys of a query set, and those that are null removed. */
export function linkWith(
  path: string,
  query: URLSearchParams,
  values: Record<string, string | string[] | null>,
): string {
  const next = new URLSearchParams(query)
  for (const [key, value] of Object.entries(values)) {
    next.delete(key)
    if (value === null) continue
    for (const one of Array.isArray(value) ? value : [value]) next.append(key, one)
  }
  const text = readable(next.toString())
  return text ? `${path}?${text}` : path
}

/** Leave signs as they are that mean nothing in a query, so that people can read it. */
function readable(query: string): string {
  return query.replace(/%(?:2C|7E|2F|3A)/g, (code) => decodeURIComponent(code))
}

/** Take clicks on links of this UI, so that the page is not loaded anew. */
export function followLinks(event: MouseEvent): void {
  const isPlain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey
  const link = event.target instanceof Element ? event.target.closest('a') : null
  if (!isPlain || event.altKey || event.defaultPrevented || !(link instanceof HTMLAnchorElement))
    return
  if (link.target || link.hasAttribute('download') || link.origin !== window.location.origin) return
  if (link.pathname.startsWith('/api/') || link.hash) return
  event.preventDefault()
  go(link.pathname + link.search)
}
