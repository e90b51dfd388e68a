/** Paths with named parts, such as `/runs/:run/:tab?`, matched without regular expressions. */

/** What the named parts of a path stand for. */
export type Params = Record<string, string>

/** Give the named parts of a path; null where the pattern is another's. A part with `?` may lack. */
export function match(pattern: string, path: string): Params | null {
  const wanted = parts(pattern)
  const found = parts(path)
  if (found.length > wanted.length) return null
  const params: Params = {}
  for (const [i, want] of wanted.entries()) {
    const part = found[i]
    if (part === undefined) {
      if (!want.endsWith('?')) return null
    } else if (want.startsWith(':')) {
      params[want.replace(/^:|\?$/g, '')] = decoded(part)
    } else if (want !== part) {
      return null
    }
  }
  return params
}

function parts(path: string): string[] {
  return path.split('/').filter((part) => part !== '')
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part // a lone % that somebody typed
  }
}
