/** What is changed of models: each call says what became of it, with a way back where there is one. */

import { api, ask, Problem } from '../../api/client'
import { toast } from '../../components/toasts.svelte'

/** A change of what people say of a model or a version. */
export interface Edit {
  description?: string
  tags?: Record<string, string | null>
}

/** Change a model's description or tags. */
export async function editModel(model: string, body: Edit): Promise<void> {
  const params = { path: { model } }
  await said(ask(api.POST('/api/v1/models/{model}/edit', { params, body })))
}

/** Change a version's description or tags. */
export async function editVersion(model: string, version: string, body: Edit): Promise<void> {
  const params = { path: { model, version } }
  await said(ask(api.POST('/api/v1/models/{model}/versions/{version}/edit', { params, body })))
}

/** Put a version into the trash; the words that say so have a way back. */
export async function deleteVersion(
  model: string,
  version: number,
  changed: () => void,
): Promise<void> {
  const params = { path: { model, version } }
  await said(ask(api.DELETE('/api/v1/models/{model}/versions/{version}', { params })))
  changed()
  toast(`${model}@${version} is in the trash`, {
    undo: () => void restoreVersion(model, version).then(changed),
  })
}

/** Bring a version back out of the trash, with its aliases. */
export async function restoreVersion(model: string, version: number): Promise<void> {
  const params = { path: { model, version } }
  await said(ask(api.POST('/api/v1/models/{model}/versions/{version}/restore', { params })))
  toast(`${model}@${version} is back`)
}

async function said<T>(call: Promise<T>): Promise<T> {
  try {
    return await call
  } catch (error) {
    if (error instanceof Problem) toast(error.message, { tone: 'bad' })
    throw error
  }
}
