/** Paths as folders. */

import type { Schemas } from '../../../api/client'
import { compareNames } from '../files/files'

/** A file in a folder. */
export interface Leaf {
  name: string
  path: string
  link: string | null
}

/** A folder with what is in it; one that holds a single folder stands with it in one line. */
export interface Folder {
  name: string
  path: string
  folders: Folder[]
  files: Leaf[]
}

/** Give paths as a tree of folders. */
export function treeOf(files: readonly Schemas['CodeFile'][]): Folder {
  const root: Folder = { name: '', path: '', folders: [], files: [] }
  const known = new Map([['', root]])
  for (const file of files) {
    const cut = file.path.lastIndexOf('/')
    const folder = folderAt(known, file.path.slice(0, Math.max(0, cut)))
    folder.files.push({ name: file.path.slice(cut + 1), path: file.path, link: file.link ?? null })
  }
  return settled(root)
}

function folderAt(known: Map<string, Folder>, path: string): Folder {
  const found = known.get(path)
  if (found) return found
  const cut = path.lastIndexOf('/')
  const folder: Folder = { name: path.slice(cut + 1), path, folders: [], files: [] }
  known.set(path, folder)
  folderAt(known, path.slice(0, Math.max(0, cut))).folders.push(folder)
  return folder
}

function settled(folder: Folder): Folder {
  const folders = folder.folders
    .map(settled)
    .map((one) => {
      const only = one.files.length === 0 && one.folders.length === 1 ? one.folders[0] : undefined
      return only ? { ...only, name: `${one.name}/${only.name}` } : one
    })
    .sort((a, b) => compareNames(a.name, b.name))
  return { ...folder, folders, files: folder.files.sort((a, b) => compareNames(a.name, b.name)) }
}
