/** Dark or light: the system's choice until the user makes one. */

/** A choice of the user's. */
export type Theme = 'light' | 'dark'

const system = matchMedia('(prefers-color-scheme: dark)')

class Themes {
  #chosen = $state<Theme | null>(stored())
  #system = $state<Theme>(system.matches ? 'dark' : 'light')

  constructor() {
    system.addEventListener('change', () => {
      this.#system = system.matches ? 'dark' : 'light'
      this.#show()
    })
  }

  /** What is shown. */
  get shown(): Theme {
    return this.#chosen ?? this.#system
  }

  /** What the user chose; null for the system's. */
  get chosen(): Theme | null {
    return this.#chosen
  }

  choose(theme: Theme | null): void {
    this.#chosen = theme
    store(theme)
    this.#show()
  }

  #show(): void {
    document.documentElement.dataset.theme = this.shown
  }
}

function stored(): Theme | null {
  try {
    const found = localStorage.getItem('theme')
    return found === 'light' || found === 'dark' ? found : null
  } catch {
    return null // a built report in a sandboxed frame has no storage
  }
}

function store(theme: Theme | null): void {
  try {
    if (theme) localStorage.setItem('theme', theme)
    else localStorage.removeItem('theme')
  } catch {
    // As above: the choice holds for as long as the page is open.
  }
}

/** The present theme. */
export const theme = new Themes()
