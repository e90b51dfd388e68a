/** The runs page as state: what the address says, what the hub knows, and what is drawn of it. */

import { untrack } from 'svelte'
import { api, ask } from '../../api/client'
import { resource } from '../../api/resource.svelte'
import { here, setQuery } from '../../app/location.svelte'
import { packOptions, unpackOptions } from '../../charts/options'
import { colourOf } from '../../charts/palette'
import type { PanelRun } from '../../panels/panel-run'
import { coloursOf } from '../../table/colours'
import { drawnAs, inOrder, widthOf, type Column, type ShownColumn } from '../../table/columns'
import type { Known } from '../../table/completion'
import { candidates, differing, firstColumns, metricsShown } from '../../table/default-columns'
import { groupLabel } from '../../table/grouping'
import { CellStore } from '../../table/store.svelte'
import { Address } from './address.svelte'
import { LiveRuns } from './live.svelte'
import { Rows } from './rows.svelte'

/** So many runs are drawn as charts at most. */
export const MOST_CHARTED = 200

/** The key of the address that has the options of all charts. */
const CHARTS = 'c.o'

const LOOKED_AT = 50
const MOST_SUMMED = 20
const NAMES_AGAIN_MS = 1500

/** All state of the page. To be made while its component is. */
export class RunsModel {
  readonly address = new Address()
  readonly store = new CellStore()
  readonly rows: Rows
  readonly live: LiveRuns
  readonly project: () => string | undefined
  /** What to do when runs came, besides counting them. */
  onArrived: () => void = () => undefined

  #hasRows = $state(false)
  #fitting = $state.raw<Column[] | null>(null)
  readonly #names
  readonly #tags

  constructor(project: () => string | undefined) {
    this.project = project
    const projects = (): string[] => this.projects
    this.#names = resource(async (signal) => {
      const query = { project: projects() }
      // The rows come first: a large hub takes a moment to look its names up.
      if (!this.#hasRows) return null
      return ask(api.GET('/api/v1/runs/columns', { params: { query }, signal }))
    })
    this.#tags = resource(async () => objectivesOf(project()))
    this.rows = new Rows(
      projects,
      () => this.address.state,
      () => this.summed,
    )
    this.live = new LiveRuns(projects, {
      changed: (ids) => void this.#refresh(ids),
      arrived: () => this.onArrived(),
    })
    $effect(() => {
      if (this.#hasRows || this.rows.isLoading) return
      const first = this.rows.items.at(0)
      if (first?.kind !== 'run' || this.store.row(first.number)) this.#hasRows = true
    })
    $effect(() => {
      if (this.#names.value?.is_whole !== false) return
      const timer = setTimeout(() => this.#names.reload(), NAMES_AGAIN_MS)
      return () => clearTimeout(timer)
    })
    $effect(() => {
      const isReady = this.#names.value && this.#tags.value && !this.rows.isLoading
      if (isReady && this.#fitting === null) untrack(() => void this.#fit())
    })
    $effect(() => {
      if (this.address.state.charts === null) return
      const runs = this.charted
      untrack(() => void this.store.need(runs, ['name']).catch(() => undefined))
    })
  }

  /** Group the runs; charts draw the mean of each group, unless the user chooses otherwise. */
  groupBy(group: string[]): void {
    const wasGrouped = this.address.state.group.length > 0
    this.address.set({ group, open: [] }, { isStep: true })
    const isGrouped = group.length > 0
    if (isGrouped === wasGrouped) return
    // After the table's own part of the address, so that going back undoes both.
    setTimeout(() => {
      const options = unpackOptions(here.query.get(CHARTS) ?? '')
      setQuery({ [CHARTS]: packOptions({ ...options, isGrouped }) || null }, { replace: true })
    })
  }

  /** The projects whose runs are shown; none for all. */
  get projects(): string[] {
    const project = this.project()
    return project === undefined ? [] : [project]
  }

  /** All names that runs have. */
  readonly names = $derived.by((): readonly Known[] => this.#names.value?.names ?? [])

  readonly #known = $derived.by(() => new Map(this.names.map((one) => [one.name, one])))

  /** The columns in their order, the pinned ones first. */
  readonly chosen = $derived.by((): Column[] => {
    const chosen = this.address.state.columns ?? this.#fitting
    return inOrder(chosen ?? firstColumns(this.project() !== undefined))
  })

  /** The same with their widths. */
  readonly columns = $derived.by((): ShownColumn[] =>
    this.chosen.map((column) => {
      const drawn = drawnAs(column.name, this.#known.get(partless(column.name)))
      return { ...column, drawn, width: widthOf(column, drawn) }
    }),
  )

  /** The numbers that groups sum up. */
  readonly summed = $derived.by(() =>
    this.columns
      .filter(({ drawn }) => drawn === 'number' || drawn === 'duration')
      .map(({ name }) => name)
      .slice(0, MOST_SUMMED),
  )

  /** The runs that the charts draw, also those that the user hid: the selected, else the first. */
  readonly charted = $derived.by((): number[] => {
    const { selected } = this.address.state
    if (selected.size) return [...selected].slice(0, MOST_CHARTED)
    return this.rows.items.runs().slice(0, MOST_CHARTED)
  })

  readonly #colours = $derived.by(() => coloursOf(this.charted))

  readonly #groupColours = $derived.by(
    () => new Map(this.rows.groups.map((group, place) => [group.key, colourOf(place)])),
  )

  /** Give a run's colour; null where the charts do not draw it. */
  colour(run: number, group: string | null): string | null {
    const own = this.#colours.get(run)
    return own && group !== null ? (this.#groupColours.get(group) ?? own) : (own ?? null)
  }

  /** Give a group's colour. */
  groupColour(key: string): string {
    return this.#groupColours.get(key) ?? colourOf(0)
  }

  /** The runs as the charts want them. */
  readonly panelRuns = $derived.by((): PanelRun[] => {
    const { group, hidden, hiddenGroups, selected } = this.address.state
    if (group.length && selected.size === 0) return this.#groupedPanelRuns(group, hiddenGroups)
    return this.charted
      .filter((run) => !hidden.has(run))
      .flatMap((run) => {
        const row = this.store.row(run)
        if (!row || row.isGone) return []
        const label = String(row.cells.get('name') ?? '') || row.id.slice(0, 8)
        return [{ id: row.id, label, colour: this.#colours.get(run) ?? colourOf(0) }]
      })
  })

  /** Take the newest state of everything. */
  reload(): void {
    this.live.settle()
    this.store.revive()
    this.rows.reload()
    this.#names.reload()
  }

  #groupedPanelRuns(by: string[], hidden: readonly string[]): PanelRun[] {
    const groups = this.rows.groups.filter((group) => !hidden.includes(group.key)).slice(0, 50)
    const each = Math.max(1, Math.floor(MOST_CHARTED / Math.max(1, groups.length)))
    return groups.flatMap((group) => {
      const label = groupLabel(by, group.values)
      const colour = this.groupColour(group.key)
      return group.runs.slice(0, each).map((id) => ({ id, label, colour, group: label }))
    })
  }

  async #fit(): Promise<void> {
    const names = this.names
    const params = candidates(names)
    const metrics = metricsShown(names, this.#tags.value ?? {})
    const first = firstColumns(this.project() !== undefined)
    const runs = this.rows.items.runs().slice(0, LOOKED_AT)
    const all = [...first.map((one) => one.name), ...metrics, ...params]
    await this.store.need(runs, all).catch(() => undefined)
    const rows = runs.map((run) => params.map((name) => this.store.row(run)?.cells.get(name)))
    const shown = rows.length ? differing(params, rows) : params.slice(0, 8)
    this.#fitting = [...first, ...[...metrics, ...shown].map((name) => ({ name }))]
  }

  async #refresh(ids: string[]): Promise<void> {
    const numbers = ids.flatMap((id) => this.store.numberOf(id) ?? [])
    await this.store.refresh(numbers).catch(() => undefined)
  }
}

async function objectivesOf(project: string | undefined): Promise<Record<string, string>> {
  if (project === undefined) {
    const { projects } = await ask(api.GET('/api/v1/projects'))
    return Object.assign({}, ...projects.map((one) => one.tags)) as Record<string, string>
  }
  const path = { project }
  return ask(api.GET('/api/v1/projects/{project}', { params: { path } })).then(
    (found) => found.tags,
    () => ({}), // the page itself says that there is no such project
  )
}

function partless(name: string): string {
  return name.startsWith('metrics.') ? name.replace(/\.(last|min|max|mean|best|count)$/, '') : name
}
