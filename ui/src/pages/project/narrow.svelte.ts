/** Whether the window is a phone's: a list is then read more easily than a picture. */

const query = window.matchMedia('(max-width: 46rem)')
const state = $state({ isNarrow: query.matches })

query.addEventListener('change', () => (state.isNarrow = query.matches))

/** Tell whether the window is narrow now. */
export function narrow(): boolean {
  return state.isNarrow
}
