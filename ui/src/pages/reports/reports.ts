/** Calls of the reports' pages, and their addresses. */

import { api, ask, Problem, type Schemas } from '../../api/client'
import type { ReportDocument } from '../../report/document'

/** A report as it stands in its file. */
export type ReportFile = Schemas['ReportFile']

/** The reports of a project. */
export type ReportList = Schemas['ReportList']

/** Give the page of a project's reports, or of one of them. */
export function reportLink(project: string, name?: string): string {
  const all = `/projects/${encodeURIComponent(project)}/reports`
  return name === undefined ? all : `${all}/${encodeURIComponent(name)}`
}

/** Give where a report is had as one HTML file. */
export function htmlLink(project: string, name: string): string {
  return `/api/v1${reportLink(project, name)}/html`
}

/** List the reports of a project. */
export function listReports(project: string, signal?: AbortSignal): Promise<ReportList> {
  return ask(
    api.GET('/api/v1/projects/{project}/reports', { params: { path: { project } }, signal }),
  )
}

/** Read a report's file. */
export function readReport(
  project: string,
  name: string,
  signal?: AbortSignal,
): Promise<ReportFile> {
  const params = { path: { project, name } }
  return ask(api.GET('/api/v1/projects/{project}/reports/{name}', { params, signal }))
}

/** Give what a text shows. */
export function fillReport(
  project: string,
  name: string,
  text: string,
  signal?: AbortSignal,
): Promise<ReportDocument> {
  const params = { path: { project, name } }
  return ask(
    api.POST('/api/v1/projects/{project}/reports/{name}/document', {
      params,
      body: { text },
      signal,
    }),
  )
}

/** Write a report that was read with a digest; null where it is not there yet. */
export async function writeReport(
  project: string,
  name: string,
  text: string,
  digest: string | null,
): Promise<ReportFile | 'conflict'> {
  const params = { path: { project, name } }
  try {
    return await ask(
      api.PUT('/api/v1/projects/{project}/reports/{name}', { params, body: { text, digest } }),
    )
  } catch (error) {
    if (error instanceof Problem && error.status === 409) return 'conflict'
    throw error
  }
}

/** Give the ids of runs by their numbers, which the table of runs has in its address. */
export async function runsOf(numbers: number[], signal?: AbortSignal): Promise<string[]> {
  if (numbers.length === 0) return []
  const body = { rows: numbers, columns: ['id'] }
  return (await ask(api.POST('/api/v1/runs/cells', { body, signal }))).runs
}

/** Whether a text may be a report's name. */
export function isName(text: string): boolean {
  return /^[A-Za-z0-9][\w .-]{0,98}$/.test(text) && !/[. ]$|\.\.|\.md$/.test(text)
}
