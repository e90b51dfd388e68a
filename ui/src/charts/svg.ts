/** A chart as SVG: lines as they are seen, axes with their ends. */

import type { Drawn } from './composing'
import type { Scene } from './exporting'
import { kindOf } from './options'
import { toPixels } from './scales'
import { axisName, placeText } from './telling'
import { number } from '../format/numbers'
import { hasBand } from './picture'

const WIDTH = 960
const HEIGHT = 480
const LEFT = 70
const BOTTOM = 40
const TOP = 40
const RIGHT = 20
const LEGEND_ROW = 18
const MOST_NAMED = 40

/** Give the text of an SVG file. */
export function svgOf(title: string, scene: Scene): string {
  const inFront = scene.drawn.filter((one) => !one.isBehind)
  const named = namedLines(scene.drawn)
  const height = TOP + HEIGHT + BOTTOM + named.length * LEGEND_ROW
  const width = LEFT + WIDTH + RIGHT
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    `<text x="${LEFT}" y="24" font-size="15">${escaped(title)}</text>`,
    `<clipPath id="area"><rect width="${WIDTH}" height="${HEIGHT}"/></clipPath>`,
    `<g transform="translate(${LEFT} ${TOP})">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="none" stroke="#c9ced6"/>`,
    ...ends(scene),
    '<g clip-path="url(#area)" fill="none">',
    ...inFront
      .filter((one) => hasBand(one, inFront.length, scene.options))
      .map((one) => band(one, scene)),
    ...scene.drawn.map((one) => path(one, scene)),
    '</g></g>',
    ...named.map((one, place) => legend(one, place)),
    '</svg>\n',
  ].join('\n')
}

/** Give the lines that a picture names below it. */
export function namedLines(drawn: readonly Drawn[]): Drawn[] {
  return drawn.filter((one) => !one.isBehind && one.line.x.length > 0).slice(0, MOST_NAMED)
}

/** Give a text as XML has it. */
export function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}

function ends({ x, y, options }: Scene): string[] {
  const kind = kindOf(options.x)
  const below = `y="${HEIGHT + 18}" fill="#59626f"`
  return [
    `<text x="0" ${below}>${escaped(placeText(x.min, kind))}</text>`,
    `<text x="${WIDTH / 2}" ${below} text-anchor="middle">${escaped(axisName(options.x))}</text>`,
    `<text x="${WIDTH}" ${below} text-anchor="end">${escaped(placeText(x.max, kind))}</text>`,
    `<text x="-6" y="${HEIGHT}" text-anchor="end" fill="#59626f">${number(y.min)}</text>`,
    `<text x="-6" y="10" text-anchor="end" fill="#59626f">${number(y.max)}</text>`,
  ]
}

function path({ line, colour, dash, isBehind }: Drawn, { x, y }: Scene): string {
  const columns = toPixels(line.x, x, WIDTH)
  const rows = toPixels(line.y, y, HEIGHT, true)
  let isDown = false
  let data = ''
  for (let i = 0; i < columns.length; i++) {
    const row = rows[i] ?? NaN
    if (Number.isFinite(row)) data += `${isDown ? 'L' : 'M'}${round(columns[i])} ${round(row)}`
    isDown = Number.isFinite(row)
  }
  const strokes = dash.length ? ` stroke-dasharray="${dash.join(' ')}"` : ''
  const look = `stroke="${escaped(colour)}" stroke-width="${isBehind ? 0.75 : 1.5}"${strokes}`
  return `<path d="${data}" ${look}${isBehind ? ' opacity="0.3"' : ''}/>`
}

function band({ line, colour }: Drawn, { x, y }: Scene): string {
  const columns = toPixels(line.x, x, WIDTH)
  const low = toPixels(line.low, y, HEIGHT, true)
  const high = toPixels(line.high, y, HEIGHT, true)
  const there = [...columns.keys()].filter(
    (i) => Number.isFinite(low[i]) && Number.isFinite(high[i]),
  )
  const upper = there.map((i) => `${round(columns[i])} ${round(high[i])}`)
  const lower = there.reverse().map((i) => `${round(columns[i])} ${round(low[i])}`)
  const data = `M${[...upper, ...lower].join('L')}Z`
  return there.length ? `<path d="${data}" fill="${escaped(colour)}" opacity="0.16"/>` : ''
}

function legend({ label, colour, dash }: Drawn, place: number): string {
  const y = TOP + HEIGHT + BOTTOM + place * LEGEND_ROW + 4
  const strokes = dash.length ? ` stroke-dasharray="${dash.join(' ')}"` : ''
  const look = `stroke="${escaped(colour)}" stroke-width="2"${strokes}`
  return (
    `<line x1="${LEFT}" x2="${LEFT + 24}" y1="${y}" y2="${y}" ${look}/>` +
    `<text x="${LEFT + 32}" y="${y + 4}">${escaped(label)}</text>`
  )
}

function round(value: number | undefined): string {
  return String(Math.round((value ?? 0) * 100) / 100)
}
