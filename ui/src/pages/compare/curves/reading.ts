/** Curves and matrices read from files as trainings leave them. Pure. */

/** What a curve tells of. */
export type CurveKind = 'roc' | 'pr' | 'calibration'

/** A curve. */
export interface Curve {
  kind: CurveKind
  /** Of a class, where a file holds several. */
  label: string
  x: number[]
  y: number[]
}

/** A confusion matrix; rows are what was true, columns what was predicted. */
export interface Matrix {
  labels: string[]
  rows: number[][]
}

const NAMES: Record<CurveKind, { x: RegExp; y: RegExp }> = {
  roc: {
    x: /^(fpr|false.?positive.?rate|fp.?rate)$/,
    y: /^(tpr|true.?positive.?rate|tp.?rate)$/,
  },
  pr: { x: /^recall$/, y: /^precision$/ },
  calibration: {
    x: /^(predicted|prob.?pred|mean.?predicted.*|confidence|predicted.?probability)$/,
    y: /^(observed|prob.?true|fraction.?of.?positives|accuracy|observed.?frequency)$/,
  },
}

/** Give the curves in a file; none where it holds no such thing. */
export function curvesOf(path: string, text: string): Curve[] {
  return path.toLowerCase().endsWith('.json') ? curvesOfJson(text) : curvesOfTable(text, path)
}

/** Give the matrix in a file; null where it holds none. */
export function matrixOf(path: string, text: string): Matrix | null {
  return path.toLowerCase().endsWith('.json') ? matrixOfJson(text) : matrixOfTable(text, path)
}

/** Whether a file could be a curve or a matrix, by its name. */
export function mayHold(path: string): 'curve' | 'matrix' | null {
  const name = path.toLowerCase()
  if (!/\.(csv|tsv|json)$/.test(name)) return null
  if (/confusion|conf_?mat/.test(name)) return 'matrix'
  return /(^|[/_.-])roc|precision.?recall|(^|[/_-])pr([._-]|curve)|pr.?curve|calibration|reliability/.test(
    name,
  )
    ? 'curve'
    : null
}

/** Give the area under a curve by trapezoids; the points may come in any order. */
export function areaUnder(x: readonly number[], y: readonly number[]): number {
  const order = x.map((_, i) => i).sort((a, b) => at(x, a) - at(x, b) || a - b)
  let sum = 0
  for (let i = 1; i < order.length; i++) {
    const from = order[i - 1] ?? 0
    const to = order[i] ?? 0
    sum += ((at(x, to) - at(x, from)) * (at(y, to) + at(y, from))) / 2
  }
  return sum
}

function at(numbers: readonly number[], place: number): number {
  return numbers[place] ?? 0
}

/** Cut a table of text into cells; quotes hold separators and line ends. */
export function cellsOf(text: string, path = ''): string[][] {
  const separator = path.toLowerCase().endsWith('.tsv') ? '\t' : ','
  const rows: string[][] = []
  let row: string[] = []
  let cell = ''
  let isQuoted = false
  for (let i = 0; i < text.length; i++) {
    const sign = text[i] ?? ''
    if (isQuoted) {
      if (sign !== '"') cell += sign
      else if (text[i + 1] === '"') cell += text[++i]
      else isQuoted = false
    } else if (sign === '"') isQuoted = true
    else if (sign === separator || sign === '\n') {
      row.push(cell.trim())
      cell = ''
      if (sign === '\n') {
        rows.push(row)
        row = []
      }
    } else cell += sign
  }
  if (cell || row.length) rows.push([...row, cell.trim()])
  return rows.filter((one) => one.some(Boolean))
}

function curvesOfTable(text: string, path: string): Curve[] {
  const [head, ...rows] = cellsOf(text, path)
  if (!head) return []
  const columns = Object.fromEntries(
    head.map((name, i) => [name, rows.map((row) => Number(row[i] || NaN))]),
  )
  return curvesOfColumns(columns, '')
}

function curvesOfColumns(columns: Record<string, unknown>, label: string): Curve[] {
  const names = Object.keys(columns)
  return (Object.keys(NAMES) as CurveKind[]).flatMap((kind) => {
    const isX = names.find((name) => NAMES[kind].x.test(name.toLowerCase()))
    const isY = names.find((name) => NAMES[kind].y.test(name.toLowerCase()))
    const x = numbersOf(isX === undefined ? null : columns[isX])
    const y = numbersOf(isY === undefined ? null : columns[isY])
    if (!x || !y) return []
    const both = x.map((_, i) => i).filter((i) => Number.isFinite(x[i]) && Number.isFinite(y[i]))
    if (both.length < 2) return []
    return [{ kind, label, x: both.map((i) => at(x, i)), y: both.map((i) => at(y, i)) }]
  })
}

function curvesOfJson(text: string, depth = 2): Curve[] {
  const value = parsed(text)
  return within(value, '', depth)
}

/** Look into an object, and into what it holds by class: `{"cat": {"fpr": […], "tpr": […]}}`. */
function within(value: unknown, label: string, depth: number): Curve[] {
  if (Array.isArray(value)) return curvesOfRecords(value, label)
  if (typeof value !== 'object' || value === null) return []
  const own = curvesOfColumns(value as Record<string, unknown>, label)
  if (own.length || depth === 0) return own
  return Object.entries(value).flatMap(([name, one]) =>
    within(one, label ? `${label} ${name}` : name, depth - 1),
  )
}

function curvesOfRecords(records: unknown[], label: string): Curve[] {
  const columns: Record<string, number[]> = {}
  for (const record of records) {
    if (typeof record !== 'object' || record === null) return []
    for (const [name, value] of Object.entries(record)) (columns[name] ??= []).push(Number(value))
  }
  return curvesOfColumns(columns, label)
}

function matrixOfJson(text: string): Matrix | null {
  const value = parsed(text)
  if (Array.isArray(value)) return asMatrix(value, null)
  if (typeof value !== 'object' || value === null) return null
  const held = value as Record<string, unknown>
  const rows = held.matrix ?? held.confusion_matrix ?? held.data ?? held.values ?? held.cm
  const labels = held.labels ?? held.classes ?? held.class_names ?? held.columns ?? held.index
  if (Array.isArray(rows)) return asMatrix(rows, Array.isArray(labels) ? labels : null)
  return matrixByClass(held)
}

/** `{"cat": {"cat": 9, "dog": 1}, …}`: of each true class, how many were predicted as which. */
function matrixByClass(held: Record<string, unknown>): Matrix | null {
  const labels = Object.keys(held)
  const rows = labels.map((label) => {
    const row = held[label]
    if (typeof row !== 'object' || row === null) return []
    return labels.map((other) => (row as Record<string, unknown>)[other] ?? 0)
  })
  return asMatrix(rows, labels)
}

function matrixOfTable(text: string, path: string): Matrix | null {
  const cells = cellsOf(text, path)
  const first = cells[0] ?? []
  const isHead = first[0] === '' || first.some((one) => !Number.isFinite(Number(one)))
  const hasNames =
    cells.slice(isHead ? 1 : 0).some((row) => !Number.isFinite(Number(row[0]))) ||
    (isHead && cells[0]?.[0] === '')
  const body = cells.slice(isHead ? 1 : 0).map((row) => row.slice(hasNames ? 1 : 0))
  const names = cells.slice(isHead ? 1 : 0).map((row) => row[0] ?? '')
  const head = cells[0]?.slice(hasNames ? 1 : 0) ?? []
  const labels = hasNames ? names : isHead ? head : null
  return asMatrix(body, labels)
}

function asMatrix(rows: readonly unknown[], labels: readonly unknown[] | null): Matrix | null {
  const numbers = rows.map((row) => numbersOf(row) ?? [])
  const size = numbers.length
  const isSquare = size > 0 && numbers.every((row) => row.length === size)
  if (!isSquare || numbers.flat().some((one) => !Number.isFinite(one))) return null
  const named = labels?.length === size ? labels.map(String) : numbers.map((_, i) => String(i))
  return { labels: named, rows: numbers }
}

function numbersOf(value: unknown): number[] | null {
  return Array.isArray(value) ? value.map((one) => (one === '' ? NaN : Number(one))) : null
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
