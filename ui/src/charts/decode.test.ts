import { expect, it } from 'vitest'
import { decodeColumns } from './decode'

interface Told {
  columns: number[][]
  fields: Record<string, unknown>
}

/** Give an answer as the hub makes it. */
function answer(series: Told[]): ArrayBuffer {
  let at = 0
  const told = series.map(({ columns, fields }) => {
    const places = columns.map((column) => {
      at += column.length * 8
      return at - column.length * 8
    })
    const one = { run: 'a', level: 3, count: 2, size: columns[0]?.length, at: places, ...fields }
    return { start: null, end: null, first: 0, last: 9, total: 10, ...one }
  })
  const points = ['x', 'values']
  const buckets = ['counts', 'first_x', 'last_x', 'lows', 'highs', 'means', 'lasts']
  const json = JSON.stringify({ axis: 'step', points, buckets, series: told })
  const text = new TextEncoder().encode(json + ' '.repeat((8 - ((json.length + 4) % 8)) % 8))
  const whole = new ArrayBuffer(4 + text.length + at)
  new DataView(whole).setUint32(0, text.length, true)
  new Uint8Array(whole).set(text, 4)
  new Float64Array(whole, 4 + text.length).set(series.flatMap((one) => one.columns.flat()))
  return whole
}

it('reads points, with NaN and infinities', () => {
  const [block] = decodeColumns(
    answer([
      {
        fields: { name: 'loss', kind: 'points' },
        columns: [
          [1, 2, 3],
          [0.5, NaN, Infinity],
        ],
      },
    ]),
    2,
  )
  expect(block?.metric).toBe('loss')
  expect([...(block?.x ?? [])]).toEqual([1, 2, 3])
  expect([...(block?.mean ?? [])]).toEqual([0.5, NaN, Infinity])
  expect(block?.counts).toBeNull()
  expect(block?.asked).toBe(2)
  expect([block?.start, block?.end]).toEqual([-Infinity, Infinity])
})

it('reads buckets behind other series, with their middles', () => {
  const [, block] = decodeColumns(
    answer([
      { fields: { name: 'a', kind: 'points' }, columns: [[1], [2]] },
      {
        fields: { name: 'b', kind: 'buckets', start: 0, end: 16 },
        columns: [
          [8, 8],
          [0, 8],
          [6, 14],
          [1, 2],
          [3, 4],
          [2, 3],
          [3, 4],
        ],
      },
    ]),
    null,
  )
  expect([...(block?.counts ?? [])]).toEqual([8, 8])
  expect([...(block?.middle ?? [])]).toEqual([3, 11])
  expect([...(block?.low ?? [])]).toEqual([1, 2])
  expect([...(block?.lastValue ?? [])]).toEqual([3, 4])
  expect([block?.start, block?.end, block?.asked]).toEqual([0, 16, 2])
})
