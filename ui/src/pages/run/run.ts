/** A run as this page reads it: the API's document, with the parts it leaves open named. */

import { api, ask, type Schemas } from '../../api/client'

/** What a file or folder held. */
export interface Content {
  kind: 'file' | 'folder'
  digest: string
  size_bytes: number
  files?: number
}

/** The machine of a run. */
export interface Host {
  name?: string
  system?: string
  cpus?: number
  memory_bytes?: number | null
  python?: string | null
}

type Open = 'params' | 'parts' | 'service' | 'inputs' | 'outputs' | 'host'

/** A run with all that is known of it. */
export interface RunDoc extends Omit<Schemas['RunDocument'], Open> {
  params: Record<string, unknown>
  parts: Record<string, unknown>
  service: Record<string, unknown>
  inputs: Record<string, Content>
  outputs: Record<string, Content>
  host: Host | null
}

/** What stands around a run. */
export type Relatives = Schemas['Relatives']

/** So many digits of an id are shown, and enough for the command line. */
export const SHORT = 8

const NOTE = 'mlflow.note.content'
const OWN = /^(mlflow\.|modelcompose\.)/

/** Read a run. */
export async function readRun(run: string, signal: AbortSignal): Promise<RunDoc> {
  const answer = await ask(api.GET('/api/v1/runs/{run}', { params: { path: { run } }, signal }))
  return answer as unknown as RunDoc
}

/** Read what stands around a run. */
export function readRelatives(run: string, signal: AbortSignal): Promise<Relatives> {
  return ask(api.GET('/api/v1/runs/{run}/relatives', { params: { path: { run } }, signal }))
}

/** Change a run by hand. */
export function editRun(
  run: string,
  edit: Omit<Schemas['RunEdit'], 'runs'>,
): Promise<Schemas['Changed']> {
  return ask(api.POST('/api/v1/runs/edit', { body: { runs: [run], ...edit } }))
}

/** Whether a run may still change by itself. */
export function isGoing(run: Pick<RunDoc, 'status'>): boolean {
  return run.status === 'running' || run.status === 'scheduled'
}

/** Whether Model Compose started it, and can stop it; what a client logs it cannot. */
export function isOurs(run: Pick<RunDoc, 'kind'>): boolean {
  return run.kind !== 'logged'
}

/** Give the note of a run, as Markdown. */
export function noteOf(run: RunDoc): string {
  return run.tags?.[NOTE] ?? ''
}

/** Give the tags that people set, by name. */
export function tagsOf(run: RunDoc): [string, string][] {
  return Object.entries(run.tags ?? {})
    .filter(([name]) => !OWN.test(name))
    .sort(([a], [b]) => a.localeCompare(b))
}

/** Give the tags that clients set for themselves. */
export function ownTagsOf(run: RunDoc): [string, string][] {
  return Object.entries(run.tags ?? {})
    .filter(([name]) => OWN.test(name) && name !== NOTE)
    .sort(([a], [b]) => a.localeCompare(b))
}

/** Give the address of a run's page, or of a tab of it. */
export function runLink(run: string, tab = '', query: Record<string, string> = {}): string {
  const text = new URLSearchParams(query).toString()
  const place = tab ? `/${tab}` : ''
  return `/runs/${encodeURIComponent(run)}${place}${text ? `?${text}` : ''}`
}

/** Give an object of a value that may be anything. */
export function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {}
}
