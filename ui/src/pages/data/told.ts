/** What MLflow's clients write into a dataset's schema and profile. Pure. */

import { cell } from '../../format/numbers'
import { record } from '../models/known'

/** Give the columns or tensors of a schema. */
export function toldSchema(text: string): unknown {
  const found = parsed(text)
  if (typeof found.mlflow_colspec === 'string' || Array.isArray(found.mlflow_colspec)) {
    return found.mlflow_colspec
  }
  const tensor = record(found.mlflow_tensorspec)
  return tensor.features ?? found.mlflow_tensorspec
}

/** Give the numbers of a profile, by name. */
export function toldProfile(text: string): [string, string][] {
  return Object.entries(parsed(text))
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([name, value]) => [name.replaceAll('_', ' '), cell(value)])
}

function parsed(text: string): Record<string, unknown> {
  try {
    return record(JSON.parse(text))
  } catch {
    return {}
  }
}
