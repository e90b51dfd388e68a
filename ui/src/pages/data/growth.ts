/** How much larger a version is than the one before it. Pure. */

import { bytes } from '../../format/sizes'

interface Sized {
  size_bytes: number | null
}

/** Say by how much a version grew, such as `(+1.2 MB)`; empty where nothing is known before it. */
export function growth(now: Sized, before: Sized | undefined): string {
  if (now.size_bytes === null || !before || before.size_bytes === null) return ''
  const more = now.size_bytes - before.size_bytes
  if (more === 0) return '(as large)'
  return more > 0 ? `(+${bytes(more)})` : `(−${bytes(-more)})`
}

/** Say how large a version is, such as `251 kB in 4 files`; empty where nobody knows. */
export function sizeText(version: Sized & { kind: string; files: number | null }): string {
  if (version.size_bytes === null) return ''
  const size = bytes(version.size_bytes)
  if (version.kind !== 'folder' || version.files === null) return size
  return `${size} in ${version.files.toLocaleString('en')} ${version.files === 1 ? 'file' : 'files'}`
}
