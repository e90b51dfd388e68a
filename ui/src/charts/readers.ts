/** One reader for each source, so that all charts of a page share what was read. */

import { HubSource } from './hub-source'
import { SeriesReader } from './reader'
import type { SeriesSource } from './source'

const readers = new WeakMap<SeriesSource, SeriesReader>()
let hub: HubSource | null = null

/** Give the reader of a source; by default of the hub. */
export function readerOf(source: SeriesSource | undefined): SeriesReader {
  const chosen = source ?? (hub ??= new HubSource())
  const known = readers.get(chosen)
  if (known) return known
  const reader = new SeriesReader(chosen)
  readers.set(chosen, reader)
  return reader
}
