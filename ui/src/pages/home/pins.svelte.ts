/** The projects that this user put first, kept by this browser. */

const KEY = 'modelcompose.pins'
const MOST = 50

const pins = $state<{ names: string[] }>({ names: read() })

/** Give the pinned projects, in their order. */
export function pinned(): readonly string[] {
  return pins.names
}

/** Pin a project, or let it go. */
export function togglePin(project: string): void {
  pins.names = pins.names.includes(project)
    ? pins.names.filter((name) => name !== project)
    : [...pins.names, project].slice(-MOST)
  try {
    localStorage.setItem(KEY, JSON.stringify(pins.names))
  } catch {
    // without storage a pin lasts as long as the page
  }
}

function read(): string[] {
  try {
    const told: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]')
    return Array.isArray(told) ? told.filter((name) => typeof name === 'string') : []
  } catch {
    return []
  }
}
