/** Colours of traces, runs and groups: told apart by the colour-blind, on light and on dark. */

/** Lengths of strokes and gaps of a line, in pixels. */
export type Dash = readonly number[]

/** How a line looks. */
export interface Look {
  colour: string
  dash: Dash
}

/**
 * Eight colours of about three to one or more against both surfaces. Neighbours differ in
 * lightness too, so that they are told apart without red and green.
 */
export const COLOURS = [
  '#3b7fd9', // blue
  '#c96a00', // orange
  '#0f9b76', // green
  '#c44f9c', // pink
  '#8a5fd1', // violet
  '#9a7b13', // ochre
  '#d64550', // red
  '#1b93ad', // cyan
] as const

/** After the first eight, colours come again with other strokes. */
export const DASHES: readonly Dash[] = [[], [6, 3], [2, 2], [8, 3, 2, 3], [12, 4], [4, 2, 1, 2]]

/** Give the look of the thing at a place, from 0. */
export function lookOf(place: number): Look {
  const turn = Math.floor(place / COLOURS.length) % DASHES.length
  return { colour: colourOf(place), dash: DASHES[turn] ?? [] }
}

/** Give the colour of the thing at a place, from 0. */
export function colourOf(place: number): string {
  return COLOURS[((place % COLOURS.length) + COLOURS.length) % COLOURS.length] ?? COLOURS[0]
}

/** Give a look that a name, such as a run's id, has on every page. */
export function lookOfName(name: string): Look {
  return lookOf(placeOfName(name))
}

function placeOfName(name: string): number {
  let sum = 2166136261
  for (let i = 0; i < name.length; i++) sum = Math.imul(sum ^ name.charCodeAt(i), 16777619)
  return (sum >>> 0) % (COLOURS.length * DASHES.length)
}
