/** What a model takes and gives, in MLflow's words, as rows of a table. */

/** One input, output or parameter. */
export interface SignatureRow {
  name: string
  type: string
  isRequired: boolean
  /** Its default, for parameters. */
  initial: string
}

/** Give the rows of one part of a signature; the part is JSON as text, or a value. */
export function signatureRows(part: unknown): SignatureRow[] {
  const value = parsed(part)
  const list = Array.isArray(value) ? value : isRecord(value) ? [value] : []
  return list.filter(isRecord).map((one, i) => ({
    name: typeof one.name === 'string' ? one.name : list.length > 1 ? String(i) : '–',
    type: typeName(one),
    isRequired: one.required !== false && one.optional !== true,
    initial: one.default === undefined || one.default === null ? '' : JSON.stringify(one.default),
  }))
}

function parsed(part: unknown): unknown {
  if (typeof part !== 'string') return part
  try {
    return JSON.parse(part) as unknown
  } catch {
    return null
  }
}

function typeName(one: Record<string, unknown>): string {
  const tensor = one['tensor-spec']
  if (isRecord(tensor)) {
    const shape = Array.isArray(tensor.shape) ? tensor.shape.map((n) => (n === -1 ? '?' : n)) : []
    return `${String(tensor.dtype)} [${shape.join(', ')}]`
  }
  if (one.type === 'array' && isRecord(one.items)) return `list of ${typeName(one.items)}`
  if (one.type === 'object' && isRecord(one.properties)) {
    return `{${Object.keys(one.properties).join(', ')}}`
  }
  return typeof one.type === 'string' ? one.type : 'any'
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
