import { describe, expect, it } from 'vitest'
import { imageAt, rowsOf, stepsOf, type RunImage } from './grid'

function image(run: string, series: string, step: number | null): RunImage {
  return { run, area: 'artifacts', path: `${series} ${step}`, series, step }
}

const rows = rowsOf([
  image('a', 'logo.png', null),
  image('a', 'samples', 10),
  image('a', 'samples', 0),
  image('b', 'samples', 5),
])

describe('rows of images', () => {
  it('are the things that runs show, those of most runs first', () => {
    expect(rows.map((row) => row.series)).toEqual(['samples', 'logo.png'])
    expect(stepsOf(rows)).toEqual([0, 5, 10])
  })

  it('show the image of a step, else the last before', () => {
    const [samples, logo] = rows
    if (!samples || !logo) throw new Error('there are two')
    expect(imageAt(samples, 'a', 7)?.step).toBe(0)
    expect(imageAt(samples, 'b', 10)?.step).toBe(5)
    expect(imageAt(samples, 'b', 0)).toBeNull()
    expect(imageAt(logo, 'a', 0)?.series).toBe('logo.png')
    expect(imageAt(logo, 'b', 0)).toBeNull()
  })
})
