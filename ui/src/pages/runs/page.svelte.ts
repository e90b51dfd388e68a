/** What the runs page does when the user asks for it. */

import { asProblem } from '../../api/resource.svelte'
import { go } from '../../app/location.svelte'
import { session } from '../../app/session.svelte'
import type { Choice } from '../../components/Choices.svelte'
import { toast } from '../../components/toasts.svelte'
import { changed, moved } from '../../table/columns'
import type { GridActions, GridSource, MenuPlace } from '../../table/grid'
import { toggled } from '../../table/selection'
import { sortedAlso, sortedBy } from '../../table/state'
import { GridView } from '../../table/view.svelte'
import { MOST_COMPARED, archiveRuns, counted, deleteRuns, editRuns, idsOf } from './actions'
import { cellChoices, headChoices } from './menus'
import type { RunsModel } from './model.svelte'

/** A menu that is open. */
export interface OpenMenu {
  title: string
  at: MenuPlace
  choices: Choice[]
}

/** A dialog that is open, and the runs that it is about. */
export interface OpenDialog {
  what: 'columns' | 'group' | 'views' | 'name' | 'tags' | 'note'
  runs: number[]
}

/** What of the page is no part of its address: menus, dialogs, the place in the table. */
export class RunsDesk {
  readonly view = new GridView()
  menu = $state.raw<OpenMenu | null>(null)
  dialog = $state.raw<OpenDialog | null>(null)

  constructor(readonly model: RunsModel) {}

  /** What the grid shows. */
  readonly source = $derived.by((): GridSource => {
    const { model } = this
    const { state } = model.address
    return {
      label: 'Runs',
      columns: model.columns,
      items: model.rows.items,
      store: model.store,
      sort: state.sort,
      selected: state.selected,
      hasColours: state.charts !== null,
      canRename: session.role !== 'reader',
      by: state.group,
      of: model.rows.of,
      isLoading: model.rows.isLoading,
      colour: (run, group) => model.colour(run, group),
      groupColour: (key) => model.groupColour(key),
      isHidden: (item) =>
        item.kind === 'group'
          ? state.hiddenGroups.includes(item.group.key)
          : state.hidden.has(item.number),
    }
  })

  readonly actions: GridActions = {
    sort: (name, isAlso) => {
      const { sort } = this.#state
      const next = isAlso ? sortedAlso(sort, name) : sortedBy(sort, name)
      this.model.address.set({ sort: next }, { isStep: true })
    },
    select: (selected) => this.model.address.set({ selected }),
    open: (id, isNewTab) => {
      if (isNewTab) window.open(`/runs/${id}`, '_blank', 'noopener')
      else go(`/runs/${id}`)
    },
    toggleGroup: (key) => this.model.address.set({ open: without(this.#state.open, key) }),
    toggleHidden: (item) =>
      this.model.address.set(
        item.kind === 'group'
          ? { hiddenGroups: without(this.#state.hiddenGroups, item.group.key) }
          : { hidden: toggled(this.#state.hidden, item.number) },
      ),
    resize: (name, width) =>
      this.model.address.set({ columns: changed(this.model.chosen, name, { width }) }),
    move: (name, to) =>
      this.model.address.set({ columns: moved(this.model.chosen, name, to) }, { isStep: true }),
    rename: (run, name) => {
      this.model.store.change([run], { name })
      void editRuns(this.model, [run], { name }, `Renamed to ${name}.`).then((isDone) => {
        if (!isDone) void this.model.store.refresh([run])
      })
    },
    headMenu: (column, at) => {
      this.menu = { title: column.name, at, choices: headChoices(this.model, column) }
    },
    cellMenu: (item, column, at) => {
      const choices = cellChoices(this.model, item, column)
      if (choices.length) this.menu = { title: column.name, at, choices }
    },
    nearEnd: () => void this.model.rows.more(),
  }

  /** The chosen runs, else the one that the active cell is of. */
  targets(): number[] {
    if (this.#state.selected.size) return [...this.#state.selected]
    const { active } = this.view
    const item = active && active.row >= 0 ? this.model.rows.items.at(active.row) : undefined
    return item?.kind === 'run' ? [item.number] : []
  }

  /** Do something with the targets. */
  act(what: 'compare' | 'name' | 'tags' | 'note' | 'archive' | 'delete' | 'clear'): void {
    const runs = this.targets()
    if (what === 'clear') this.model.address.set({ selected: new Set() })
    if (runs.length === 0) return
    if (what === 'compare') void this.#compare(runs)
    else if (what === 'archive') void archiveRuns(this.model, runs, this.#state.archived !== 'only')
    else if (what === 'delete') void deleteRuns(this.model, runs)
    else if (what !== 'clear') this.dialog = { what, runs }
  }

  /** Open a dialog about the table. */
  show(what: OpenDialog['what']): void {
    this.dialog = { what, runs: [] }
  }

  /** Turn the eye of the active row. */
  toggleEye(): void {
    const { active } = this.view
    const item = active ? this.model.rows.items.at(active.row) : undefined
    if (item) this.actions.toggleHidden(item)
  }

  get #state() {
    return this.model.address.state
  }

  async #compare(runs: number[]): Promise<void> {
    if (runs.length < 2 || runs.length > MOST_COMPARED) {
      toast(`Choose 2 to ${MOST_COMPARED} runs to compare: ${counted(runs.length)} chosen.`)
      return
    }
    const ids = await idsOf(runs).catch((error: unknown) => {
      toast(asProblem(error).message, { tone: 'bad' })
      return []
    })
    if (ids.length > 1) go(`/compare?${ids.map((id) => `run=${encodeURIComponent(id)}`).join('&')}`)
  }
}

function without(all: readonly string[], one: string): string[] {
  return all.includes(one) ? all.filter((other) => other !== one) : [...all, one]
}
