/** The files of the runs that are compared, and the curves and matrices in them. */

import { api, ask, askBytes, type Schemas } from '../../../api/client'
import { fileUrl } from '../../run/files/files'
import { curvesOf, matrixOf, mayHold, type Curve, type Matrix } from './reading'

/** A file that can be set beside that of another run. */
export type ComparedFile = Schemas['ComparedFile']

/** A curve of a run. */
export interface RunCurve extends Curve {
  run: string
  path: string
}

/** A matrix of a run. */
export interface RunMatrix extends Matrix {
  run: string
  path: string
}

/** What was found. */
export interface Found {
  curves: RunCurve[]
  matrices: RunMatrix[]
  /** Files that could not be read. */
  failed: { run: string; path: string; why: string }[]
}

const MOST_FILES = 400
const AT_ONCE = 6

/** List the images, tables and JSON documents of runs. */
export async function listFiles(
  runs: readonly string[],
  signal: AbortSignal,
): Promise<Schemas['ComparedFiles']> {
  const query = { run: [...runs] }
  return ask(api.GET('/api/v1/comparison/files', { params: { query }, signal }))
}

/** Read the curves and matrices of runs. */
export async function readFound(runs: readonly string[], signal: AbortSignal): Promise<Found> {
  const { files } = await listFiles(runs, signal)
  const waiting = files.filter((file) => mayHold(file.path)).slice(0, MOST_FILES)
  const parts: Found[] = new Array<Found>(waiting.length)
  let next = 0
  const work = async (): Promise<void> => {
    for (let at = next++; at < waiting.length; at = next++) {
      const file = waiting[at]
      if (file) parts[at] = await readOne(file, signal)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return {
    curves: parts.flatMap((part) => part.curves),
    matrices: parts.flatMap((part) => part.matrices),
    failed: parts.flatMap((part) => part.failed),
  }
}

async function readOne({ run, area, path }: ComparedFile, signal: AbortSignal): Promise<Found> {
  const found: Found = { curves: [], matrices: [], failed: [] }
  try {
    const text = new TextDecoder().decode(await askBytes(fileUrl(run, area, path), signal))
    if (mayHold(path) === 'curve')
      found.curves = curvesOf(path, text).map((curve) => ({ ...curve, run, path }))
    else {
      const matrix = matrixOf(path, text)
      if (matrix) found.matrices = [{ ...matrix, run, path }]
      else found.failed = [{ run, path, why: 'it holds no square matrix' }]
    }
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    found.failed = [{ run, path, why: error instanceof Error ? error.message : String(error) }]
  }
  return found
}
