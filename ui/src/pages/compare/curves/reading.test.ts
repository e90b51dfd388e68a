import { describe, expect, it } from 'vitest'
import { accuracyOf, beyond, sharesOf } from './matrices'
import { areaUnder, cellsOf, curvesOf, matrixOf, mayHold } from './reading'

describe('an area', () => {
  it('is that of trapezoids, in any order of the points', () => {
    expect(areaUnder([0, 1], [0, 1])).toBe(0.5)
    expect(areaUnder([1, 0, 0.5], [1, 0, 1])).toBe(0.75)
    expect(areaUnder([0, 0, 1], [0, 1, 1])).toBe(1)
  })
})

describe('a curve', () => {
  it('is found by the names of its columns', () => {
    expect(curvesOf('roc.csv', 'fpr,tpr,threshold\n0,0,1\n1,1,0\n')).toEqual([
      { kind: 'roc', label: '', x: [0, 1], y: [0, 1] },
    ])
    const told = curvesOf('plots/roc.csv', 'false_positive_rate,true_positive_rate\n0,0\n1,1')
    expect(told[0]?.kind).toBe('roc')
    expect(curvesOf('pr.csv', 'precision,recall\n1,0\n0.5,1')[0]).toMatchObject({
      kind: 'pr',
      x: [0, 1],
      y: [1, 0.5],
    })
    expect(curvesOf('c.csv', 'prob_true,prob_pred\n0.1,0.2\n1,1')[0]?.kind).toBe('calibration')
  })

  it('is read of JSON: columns, records, and by class', () => {
    expect(curvesOf('a.json', '{"fpr": [0, 1], "tpr": [0, 1]}')).toHaveLength(1)
    expect(curvesOf('a.json', '[{"fpr": 0, "tpr": 0}, {"fpr": 1, "tpr": 1}]')).toHaveLength(1)
    const classes = '{"cat": {"fpr": [0, 1], "tpr": [0, 1]}, "dog": {"fpr": [0, 1], "tpr": [0, 1]}}'
    expect(curvesOf('a.json', classes).map((one) => one.label)).toEqual(['cat', 'dog'])
  })

  it('is none where the file holds something else', () => {
    expect(curvesOf('a.json', '{"auc": 1}')).toEqual([])
    expect(curvesOf('a.json', 'no json')).toEqual([])
    expect(curvesOf('a.csv', '')).toEqual([])
  })

  it('leaves out points that are no numbers', () => {
    expect(curvesOf('roc.csv', 'fpr,tpr\n0,0\n,1\nx,1\n1,1')[0]?.x).toEqual([0, 1])
  })
})

describe('a matrix', () => {
  const rows = [
    [8, 2],
    [1, 9],
  ]

  it('is read of JSON with its labels', () => {
    const told = '{"labels": ["cat", "dog"], "matrix": [[8, 2], [1, 9]]}'
    expect(matrixOf('m.json', told)).toEqual({ labels: ['cat', 'dog'], rows })
    expect(matrixOf('m.json', '[[8, 2], [1, 9]]')).toEqual({ labels: ['0', '1'], rows })
    const byClass = '{"cat": {"cat": 8, "dog": 2}, "dog": {"cat": 1, "dog": 9}}'
    expect(matrixOf('m.json', byClass)).toEqual({ labels: ['cat', 'dog'], rows })
  })

  it('is read of a table with names, with a head alone, and bare', () => {
    const named = { labels: ['cat', 'dog'], rows }
    expect(matrixOf('m.csv', ',cat,dog\ncat,8,2\ndog,1,9')).toEqual(named)
    expect(matrixOf('m.csv', 'cat,dog\n8,2\n1,9')).toEqual(named)
    expect(matrixOf('m.csv', '8,2\n1,9')).toEqual({ labels: ['0', '1'], rows })
    expect(matrixOf('m.csv', ',0,1\n0,8,2\n1,1,9')).toEqual({ labels: ['0', '1'], rows })
  })

  it('is none where it is not square', () => {
    expect(matrixOf('m.csv', '1,2,3\n4,5,6')).toBeNull()
    expect(matrixOf('m.json', '{"a": 1}')).toBeNull()
  })

  it('is shown as shares of rows, columns and all', () => {
    const matrix = { labels: ['cat', 'dog'], rows }
    expect(sharesOf(matrix, 'row')[0]).toEqual([0.8, 0.2])
    expect(sharesOf(matrix, 'column')[0]?.[0]).toBeCloseTo(8 / 9)
    expect(sharesOf(matrix, 'all')[1]?.[1]).toBe(0.45)
    expect(accuracyOf(matrix)).toBe(0.85)
  })

  it('differs from a reference by class, whatever the order', () => {
    const matrix = { labels: ['cat', 'dog'], rows }
    const turned = { labels: ['dog', 'cat'], rows: [[9, 1], [2, 8]] } // prettier-ignore
    expect(beyond(matrix, turned, 'count')).toEqual([[0, 0], [0, 0]]) // prettier-ignore
    expect(beyond(matrix, { labels: ['cat', 'cow'], rows }, 'row')).toBeNull()
  })
})

describe('a file', () => {
  it('is told by its name', () => {
    expect(mayHold('plots/roc.csv')).toBe('curve')
    expect(mayHold('curves/pr.csv')).toBe('curve')
    expect(mayHold('precision_recall_curve.json')).toBe('curve')
    expect(mayHold('eval/confusion_matrix.json')).toBe('matrix')
    expect(mayHold('confusion_matrix.png')).toBeNull()
    expect(mayHold('predictions.csv')).toBeNull()
    expect(mayHold('process.csv')).toBeNull()
  })

  it('may hold quotes', () => {
    expect(cellsOf('"a, ""b""",c\r\n1,2\r\n')).toEqual([['a, "b"', 'c'], ['1', '2']]) // prettier-ignore
  })
})
