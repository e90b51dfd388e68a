/** Runs as points: their parameters and metrics as fields that can be drawn. Pure. */

/** A run with its values by key, such as `params.lr`, `metrics.val/loss`, `metrics.val/loss.min`. */
export interface Point {
  id: string
  name: string
  colour: string
  values: Readonly<Record<string, unknown>>
}

/** What can be an axis, a colour or a size. */
export interface Field {
  key: string
  label: string
  isMetric: boolean
  kind: 'number' | 'category'
  /** How many different values there are. */
  distinct: number
  /** Of a category, its values in order. */
  categories: readonly string[]
}

/** Which way a metric is better, by its name. */
export type Ways = ReadonlyMap<string, 'max' | 'min'>

const PARAM = 'params.'
const METRIC = 'metrics.'

/** Give a value as a number; texts that are numbers are such. */
export function numberOf(value: unknown): number | null {
  if (typeof value === 'boolean') return null
  if (typeof value === 'string' && value.trim() === '') return null
  const found = typeof value === 'string' ? Number(value) : value
  return typeof found === 'number' && Number.isFinite(found) ? found : null
}

/** Give a value as the word of a category; null where there is none. */
export function wordOf(value: unknown): string | null {
  if (value === null || value === undefined) return null
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** Give the fields of some runs: parameters, then metrics, by name. */
export function fieldsOf(points: readonly Point[]): Field[] {
  const keys = new Set(points.flatMap((point) => Object.keys(point.values)))
  return [...keys].map((key) => fieldOf(key, points)).sort(compareFields)
}

function fieldOf(key: string, points: readonly Point[]): Field {
  const isMetric = key.startsWith(METRIC)
  const found = points.map((point) => point.values[key]).filter((one) => wordOf(one) !== null)
  const isNumber = isMetric || found.every((value) => numberOf(value) !== null)
  const words = [...new Set(found.map((value) => wordOf(value) ?? ''))]
  return {
    key,
    label: labelOf(key),
    isMetric,
    kind: isNumber ? 'number' : 'category',
    distinct: words.length,
    categories: isNumber ? [] : words.sort(compareWords),
  }
}

/** Give what people read of a key: `val/loss, smallest` of `metrics.val/loss.min`. */
export function labelOf(key: string): string {
  if (key.startsWith(PARAM)) return key.slice(PARAM.length)
  const name = key.slice(METRIC.length)
  if (name.endsWith('.min')) return `${name.slice(0, -4)}, smallest`
  if (name.endsWith('.max')) return `${name.slice(0, -4)}, largest`
  return name
}

function compareFields(a: Field, b: Field): number {
  return Number(a.isMetric) - Number(b.isMetric) || compareWords(a.label, b.label)
}

/** Compare words as people count. */
export function compareWords(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true })
}

/** Give where a run stands on a field: its number, or the place of its category. */
export function placeOn(field: Field, point: Point): number | null {
  const value = point.values[field.key]
  if (field.kind === 'number') return numberOf(value)
  const at = field.categories.indexOf(wordOf(value) ?? '')
  return at < 0 || wordOf(value) === null ? null : at
}

/** Whether all of a field's numbers are above zero, so that a log axis can show them. */
export function canBeLog(field: Field | undefined, points: readonly Point[]): boolean {
  if (field?.kind !== 'number') return false
  const found = points.map((point) => placeOn(field, point)).filter((one) => one !== null)
  return found.length > 0 && found.every((one) => one > 0)
}

/** Give the metric to begin with: an objective, else one that people look at first, else the first. */
export function firstMetric(fields: readonly Field[], ways: Ways): Field | undefined {
  const metrics = fields.filter((field) => field.isMetric && field.distinct > 1)
  const objective = metrics.find((field) => ways.has(field.key.slice(METRIC.length)))
  if (objective) return objective
  const plain = metrics.filter((field) => !/, (smallest|largest)$/.test(field.label))
  const wanted = [
    /^(val|valid|validation|test|eval).*(acc|auc|f1|loss)/i,
    /acc|auc|f1|score/i,
    /loss|err/i,
  ]
  for (const pattern of wanted) {
    const found = plain.find((field) => pattern.test(field.label))
    if (found) return found
  }
  return plain[0] ?? fields.find((field) => field.isMetric)
}
