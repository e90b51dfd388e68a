/** What the menus of a column's head and of a cell offer. */

import { copyText } from '../../components/clipboard'
import type { Choice } from '../../components/Choices.svelte'
import { toast } from '../../components/toasts.svelte'
import {
  PARTS,
  changed,
  partOf,
  withPart,
  type Column,
  type ShownColumn,
} from '../../table/columns'
import { condition, narrowed } from '../../table/conditions'
import type { Item } from '../../table/grouping'
import type { RunsModel } from './model.svelte'

const NOT_GROUPED = new Set(['name', 'id', 'created', 'started', 'ended', 'duration', 'note'])

/** Give what can be done with a column. */
export function headChoices(model: RunsModel, column: ShownColumn): Choice[] {
  const { name } = column
  const { chosen, address } = model
  const metric = partOf(name)
  const set = (columns: Column[]): void => address.set({ columns }, { isStep: true })
  const parts: Choice[] = metric
    ? PARTS.map((part) => ({
        label: `Show ${part}`,
        isChosen: metric.part === part,
        run: () => set(renamed(chosen, name, withPart(name, part))),
      }))
    : []
  return [
    {
      label: 'Smallest first',
      icon: 'up',
      run: () => address.set({ sort: [name] }, { isStep: true }),
    },
    {
      label: 'Largest first',
      icon: 'down',
      run: () => address.set({ sort: [`-${name}`] }, { isStep: true }),
    },
    ...groupChoice(model, name),
    {
      label: column.isPinned ? 'Unpin' : 'Pin',
      icon: 'pin',
      run: () => set(changed(chosen, name, { isPinned: !column.isPinned })),
    },
    ...parts,
    {
      label: 'Remove the column',
      icon: 'close',
      run: () => set(chosen.filter((one) => one.name !== name)),
    },
  ]
}

/** Give what can be done with a cell. */
export function cellChoices(model: RunsModel, item: Item, column: ShownColumn): Choice[] {
  const value = valueOf(model, item, column)
  if (value === undefined) return []
  const narrow = (isNegated: boolean): void => {
    const filter = narrowed(model.address.state.filter, condition(column.name, value, isNegated))
    model.address.set({ filter }, { isStep: true })
  }
  const text = value === null ? '' : typeof value === 'string' ? value : JSON.stringify(value)
  const isTime = column.drawn === 'time'
  return [
    { label: 'Only these', icon: 'filter', isDisabled: isTime, run: () => narrow(false) },
    { label: 'Not these', icon: 'close', isDisabled: isTime, run: () => narrow(true) },
    ...groupChoice(model, column.name),
    {
      label: 'Copy the value',
      icon: 'copy',
      isDisabled: text === '',
      run: () => void copyText(text).then((isDone) => isDone && toast('Copied.')),
    },
  ]
}

function groupChoice(model: RunsModel, name: string): Choice[] {
  if (name.startsWith('metrics.') || NOT_GROUPED.has(name)) return []
  const { group } = model.address.state
  const isBy = group.includes(name)
  return [
    {
      label: isBy ? 'Do not group by it' : 'Group by it',
      icon: 'group',
      run: () => model.groupBy(isBy ? group.filter((one) => one !== name) : [...group, name]),
    },
  ]
}

function renamed(columns: readonly Column[], from: string, to: string): Column[] {
  return columns
    .filter((one) => one.name !== to || one.name === from)
    .map((one) => (one.name === from ? { ...one, name: to } : one))
}

function valueOf(model: RunsModel, item: Item, column: ShownColumn): unknown {
  if (item.kind === 'run') return model.store.row(item.number)?.cells.get(column.name)
  const by = model.address.state.group.indexOf(column.name)
  return by < 0 ? undefined : item.group.values[by]
}
