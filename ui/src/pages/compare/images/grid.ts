/** Images of runs side by side: a row for each thing, at a step. Pure. */

/** An image of a run. */
export interface RunImage {
  run: string
  area: string
  path: string
  series: string
  step: number | null
}

/** What runs show under one name. */
export interface Row {
  series: string
  /** The steps that any of the runs has, in order. */
  steps: number[]
  /** Of each run, its images by step; without a step under -1. */
  images: Map<string, Map<number, RunImage>>
}

const NO_STEP = -1

/** Group images by their name; rows that more runs have come first. */
export function rowsOf(images: readonly RunImage[]): Row[] {
  const rows = new Map<string, Row>()
  for (const image of images) {
    const row: Row = rows.get(image.series) ?? {
      series: image.series,
      steps: [],
      images: new Map(),
    }
    rows.set(image.series, row)
    const step = image.step ?? NO_STEP
    if (image.step !== null && !row.steps.includes(step)) row.steps.push(step)
    const own = row.images.get(image.run) ?? new Map<number, RunImage>()
    row.images.set(image.run, own.set(step, image))
  }
  for (const row of rows.values()) row.steps.sort((a, b) => a - b)
  return [...rows.values()].sort(
    (a, b) =>
      b.images.size - a.images.size || a.series.localeCompare(b.series, 'en', { numeric: true }),
  )
}

/** Give all steps of some rows, in order. */
export function stepsOf(rows: readonly Row[]): number[] {
  return [...new Set(rows.flatMap((row) => row.steps))].sort((a, b) => a - b)
}

/** Give a run's image at a step: of that step, else of the last before; null where there is none. */
export function imageAt(row: Row, run: string, step: number): RunImage | null {
  const own = row.images.get(run)
  if (!own) return null
  const steps = [...own.keys()].filter((one) => one <= step || one === NO_STEP)
  return steps.length ? (own.get(Math.max(...steps)) ?? null) : null
}
