/** What is done to runs, with a way back. */

import { api, ask } from '../../api/client'
import { asProblem } from '../../api/resource.svelte'
import { toast } from '../../components/toasts.svelte'
import type { RunsModel } from './model.svelte'

const AT_ONCE = 500

/** So many runs stand side by side at most. */
export const MOST_COMPARED = 50

/** What to change of runs. */
export interface Edit {
  name?: string
  note?: string
  set_tags?: Record<string, string>
  remove_tags?: string[]
  archived?: boolean
}

/** Give the ids of runs; those that are gone are left out. */
export async function idsOf(numbers: Iterable<number>): Promise<string[]> {
  const found: string[] = []
  for (const rows of parts([...numbers])) {
    const answer = await ask(api.POST('/api/v1/runs/cells', { body: { rows, columns: [] } }))
    found.push(...answer.runs)
  }
  return found
}

/** Change runs and say so; gives whether it worked. */
export async function editRuns(
  model: RunsModel,
  numbers: readonly number[],
  edit: Edit,
  done: string,
  undo?: Edit,
): Promise<boolean> {
  return attempt(async () => {
    const ids = await idsOf(numbers)
    for (const runs of parts(ids))
      await ask(api.POST('/api/v1/runs/edit', { body: { runs, ...edit } }))
    await settle(model, numbers, edit)
    toast(
      done,
      undo ? { undo: () => void editRuns(model, numbers, undo, 'As it was before.') } : {},
    )
  })
}

/** Give each run a name of its own; `{n}` in it counts them from 1. */
export async function renameRuns(
  model: RunsModel,
  numbers: readonly number[],
  pattern: string,
): Promise<boolean> {
  if (!pattern.includes('{n}'))
    return editRuns(model, numbers, { name: pattern }, `Renamed ${counted(numbers.length)}.`)
  return attempt(async () => {
    const ids = await idsOf(numbers)
    for (const [i, id] of ids.entries()) {
      const name = pattern.replaceAll('{n}', String(i + 1))
      await ask(api.POST('/api/v1/runs/edit', { body: { runs: [id], name } }))
    }
    await settle(model, numbers, {})
    toast(`Renamed ${counted(numbers.length)}.`)
  })
}

/** Put runs out of the way, or take them back. */
export function archiveRuns(
  model: RunsModel,
  numbers: readonly number[],
  archived: boolean,
): Promise<boolean> {
  const done = `${archived ? 'Archived' : 'Took out of the archive'} ${counted(numbers.length)}.`
  return editRuns(model, numbers, { archived }, done, { archived: !archived })
}

/** Put runs into the trash; a toast takes them out again. */
export async function deleteRuns(model: RunsModel, numbers: readonly number[]): Promise<boolean> {
  return attempt(async () => {
    const ids = await idsOf(numbers)
    for (const runs of parts(ids)) await ask(api.POST('/api/v1/runs/delete', { body: { runs } }))
    model.address.set({ selected: new Set() })
    model.reload()
    toast(`Deleted ${counted(ids.length)}.`, { undo: () => void restore(model, ids) })
  })
}

/** Give a count in words. */
export function counted(count: number, word = 'run'): string {
  return `${count.toLocaleString('en')} ${word}${count === 1 ? '' : 's'}`
}

async function restore(model: RunsModel, ids: string[]): Promise<void> {
  await attempt(async () => {
    for (const runs of parts(ids)) await ask(api.POST('/api/v1/runs/restore', { body: { runs } }))
    model.reload()
    toast(`Restored ${counted(ids.length)}.`)
  })
}

async function settle(model: RunsModel, numbers: readonly number[], edit: Edit): Promise<void> {
  if (edit.archived !== undefined) {
    model.address.set({ selected: new Set() })
    model.reload()
  }
  for (const some of parts(numbers)) await model.store.refresh(some)
}

async function attempt(work: () => Promise<void>): Promise<boolean> {
  try {
    await work()
    return true
  } catch (error) {
    const problem = asProblem(error)
    toast([problem.message, problem.hint].filter(Boolean).join(' '), { tone: 'bad' })
    return false
  }
}

function parts<T>(all: readonly T[]): T[][] {
  const found: T[][] = []
  for (let at = 0; at < all.length; at += AT_ONCE) found.push(all.slice(at, at + AT_ONCE))
  return found
}
