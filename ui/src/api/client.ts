/** The hub's API, typed by its own OpenAPI document (`npm run api`). */

import createClient from 'openapi-fetch'
import type { components, paths } from './schema'

/** Values of the API by name, such as `Schemas['RunSummary']`. */
export type Schemas = components['schemas']

/** What went wrong, in the hub's words, or in ours where the hub did not answer. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly hint: string | null = null,
  ) {
    super(message)
  }

  /** Whether the hub could not be reached at all. */
  get isOffline(): boolean {
    return this.status === 0
  }

  /** Whether a token is needed. */
  get needsToken(): boolean {
    return this.status === 401
  }
}

/** Calls by path: `api.GET('/api/v1/runs', { params: { query: { limit: 10 } } })`. */
export const api = createClient<paths>({
  fetch: (request: Request) => fetch(request),
  querySerializer: { array: { style: 'form', explode: true } },
})

interface Answer<T> {
  data?: T
  error?: unknown
  response: Response
}

/** Give the answer of a call; throws a `Problem` for every other outcome. */
export async function ask<T>(call: Promise<Answer<T>>): Promise<T> {
  let answer: Answer<T>
  try {
    answer = await call
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw offline()
  }
  if (answer.data !== undefined && answer.response.ok) return answer.data
  throw problemOf(answer.response.status, answer.error)
}

/** Give bytes of the hub, for what is no JSON; throws a `Problem` as `ask` does. */
export async function askBytes(url: string, signal?: AbortSignal): Promise<ArrayBuffer> {
  let response: Response
  try {
    response = await fetch(url, signal ? { signal } : {})
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw offline()
  }
  if (response.ok) return response.arrayBuffer()
  throw problemOf(response.status, await response.json().catch(() => null))
}

function offline(): Problem {
  return new Problem(0, 'offline', 'The hub does not answer.', 'start it: modelcompose hub')
}

function problemOf(status: number, body: unknown): Problem {
  const said = (body ?? {}) as { code?: string; message?: string; hint?: string | null }
  const words = said.message ?? `The hub answered with status ${status}.`
  return new Problem(status, said.code ?? 'unknown', words, said.hint ?? null)
}
