/** Which runs the table has, and in which order: all of them, or in groups. */

import { untrack } from 'svelte'
import { api, ask, type Problem } from '../../api/client'
import { asProblem } from '../../api/resource.svelte'
import { groupedItems, plainItems, type Group, type Items } from '../../table/grouping'
import type { Archived, TableState } from '../../table/state'

/** What of the table's state decides which runs there are. */
export interface Chosen {
  project: string[]
  filter: string
  archived: Archived
  sort: string[]
}

const GROUPS_AT_ONCE = 500

/** The rows of the table, loaded again as what chooses them changes. Made while a component is. */
export class Rows {
  items = $state.raw<Items>(plainItems([]))
  /** How many runs there are, or null before that is known. */
  count = $state<number | null>(null)
  isCut = $state(false)
  groups = $state.raw<Group[]>([])
  groupCount = $state(0)
  /** What the numbers of groups are of. */
  of = $state.raw<string[]>([])
  problem = $state.raw<Problem | null>(null)
  isLoading = $state(true)
  /** Grows whenever the rows are others, so that the table goes to its beginning. */
  generation = $state(0)
  #members = $state.raw<ReadonlyMap<string, readonly number[]>>(new Map())
  #openedIn: Group[] = []
  #turn = $state(0)
  #loaded = ''
  #chosen: Chosen = { project: [], filter: '', archived: 'hide', sort: [] }
  #by: string[] = []

  /**
   * @param state the table's state
   * @param of the numbers to sum up in groups
   */
  constructor(project: () => string[], state: () => TableState, of: () => string[]) {
    $effect(() => {
      void this.#turn
      const { filter, archived, sort, group } = state()
      const chosen = { project: project(), filter, archived, sort }
      const numbers = group.length ? of() : []
      const controller = new AbortController()
      untrack(() => this.#load(chosen, group, numbers, controller.signal))
      return () => controller.abort()
    })
    $effect(() => {
      const { open } = state()
      if (this.groups.length === 0) return
      const controller = new AbortController()
      untrack(() => this.#openGroups(open, controller.signal))
      return () => controller.abort()
    })
  }

  /** Load again what is shown. */
  reload(): void {
    this.#turn += 1
  }

  /** Load the groups that come after those that are there. */
  async more(): Promise<void> {
    if (this.isLoading || this.groups.length >= this.groupCount) return
    this.isLoading = true
    try {
      const signal = new AbortController().signal
      const next = await this.#askGroups(this.groups.length, signal)
      this.groups = [...this.groups, ...next.groups]
      this.#show()
    } catch (error) {
      this.problem = asProblem(error)
    }
    this.isLoading = false
  }

  async #load(chosen: Chosen, by: string[], of: string[], signal: AbortSignal): Promise<void> {
    this.isLoading = true
    const key = JSON.stringify([chosen, by])
    try {
      this.#chosen = chosen
      this.#by = by
      this.of = of
      if (key !== this.#loaded) this.#members = new Map()
      if (by.length) await this.#loadGroups(signal)
      else await this.#loadOrder(signal)
      this.problem = null
      if (key !== this.#loaded) this.generation += 1
      this.#loaded = key
      this.isLoading = false
    } catch (error) {
      if (signal.aborted) return
      this.problem = asProblem(error)
      this.isLoading = false
    }
  }

  async #loadOrder(signal: AbortSignal): Promise<void> {
    const order = await ask(
      api.GET('/api/v1/runs/order', { params: { query: this.#chosen }, signal }),
    )
    if (signal.aborted) return
    this.groups = []
    this.#members = new Map()
    this.count = order.count
    this.isCut = order.is_cut
    this.items = plainItems(order.rows)
  }

  async #loadGroups(signal: AbortSignal): Promise<void> {
    const found = await this.#askGroups(0, signal)
    if (signal.aborted) return
    this.groups = found.groups
    this.groupCount = found.count
    this.count = null
    this.isCut = found.is_cut
    this.#show()
  }

  async #askGroups(offset: number, signal: AbortSignal) {
    const { sort, ...chosen } = this.#chosen
    const known = sort.find((one) => [...this.#by, ...this.of].includes(one.replace(/^-/, '')))
    const query = {
      ...chosen,
      by: this.#by,
      of: this.of,
      sort: known ?? '-count',
      offset,
      limit: GROUPS_AT_ONCE,
    }
    return ask(api.GET('/api/v1/runs/groups', { params: { query }, signal }))
  }

  async #openGroups(open: string[], signal: AbortSignal): Promise<void> {
    const wanted = this.groups.filter((group) => open.includes(group.key))
    const kept = new Map(
      wanted.flatMap(({ key }) => {
        const runs = this.#members.get(key)
        return runs ? [[key, runs] as const] : []
      }),
    )
    this.#members = kept
    this.#show()
    // Groups that were loaded anew have other runs; until those are there the old ones stay.
    const areNew = this.groups !== this.#openedIn
    this.#openedIn = this.groups
    for (const { key } of wanted.filter((group) => areNew || !kept.has(group.key))) {
      const query = { ...this.#chosen, by: this.#by, group: key }
      try {
        const found = await ask(api.GET('/api/v1/runs/order', { params: { query }, signal }))
        if (signal.aborted) return
        this.#members = new Map([...this.#members, [key, found.rows]])
        this.#show()
      } catch (error) {
        if (!signal.aborted) this.problem = asProblem(error)
        return
      }
    }
  }

  #show(): void {
    this.items = groupedItems(this.groups, this.#members)
  }
}
