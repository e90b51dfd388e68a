/** The files of a run: areas, folders, and series of images. */

import { api, ask, type Schemas } from '../../../api/client'

/** Where files are: what was logged, what a step wrote, what it read. */
export type Area = 'artifacts' | 'outputs' | 'inputs'

/** A file or folder. */
export type Artifact = Schemas['Artifact']

/** Images that differ in a step alone. */
export type ImageSeries = Schemas['ImageSeries']

/** The areas in order, with what they are. */
export const AREAS: readonly { area: Area; label: string }[] = [
  { area: 'artifacts', label: 'Artifacts' },
  { area: 'outputs', label: 'Outputs' },
  { area: 'inputs', label: 'Inputs' },
]

/** List a folder; the area itself by an empty path. */
export async function listFolder(run: string, area: Area, path: string): Promise<Artifact[]> {
  const params = { path: { run }, query: { area, path } }
  const { artifacts } = await ask(api.GET('/api/v1/runs/{run}/artifacts', { params }))
  return [...artifacts].sort(
    (a, b) => Number(b.is_dir) - Number(a.is_dir) || compareNames(a.path, b.path),
  )
}

/** Find the series of images of an area. */
export async function listSeries(run: string, area: Area): Promise<ImageSeries[]> {
  const params = { path: { run }, query: { area } }
  return (await ask(api.GET('/api/v1/runs/{run}/artifacts/images', { params }))).series
}

/** Give where a file is looked at, or saved. */
export function fileUrl(run: string, area: Area, path: string, isSaved = false): string {
  const query = new URLSearchParams({ path, area })
  if (isSaved) query.set('download', 'true')
  return `/api/v1/runs/${encodeURIComponent(run)}/artifacts/file?${query}`
}

/** Give the last name of a path. */
export function fileName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

/** Give the folders that a path lies in, outermost first. */
export function foldersOf(path: string): string[] {
  const parts = path.split('/')
  return parts.slice(1).map((_, at) => parts.slice(0, at + 1).join('/'))
}

/** Compare names as people count: `epoch_2` before `epoch_10`. */
export function compareNames(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true })
}

/** Read an area of an address. */
export function areaNamed(text: string | null): Area {
  return AREAS.find((one) => one.area === text)?.area ?? 'artifacts'
}
