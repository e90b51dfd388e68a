/** Blocks to put into a report: from a page of runs, or to begin with. Pure. */

import { readState } from '../../table/state'

/** What a page of runs shows, as far as a block can say it. */
export interface Shown {
  filter: string
  sort: string[]
  group: string[]
  columns: string[]
  /** Ids of single runs. */
  runs: string[]
  /** Runs that were chosen in the table, by their numbers. */
  selected: number[]
}

/** What can be put in. */
export const KINDS = ['chart', 'table', 'runs', 'metric', 'compare', 'model', 'image'] as const

/** One of them. */
export type Kind = (typeof KINDS)[number]

const MOST_RUNS = 200
const NOTHING: Shown = { filter: '', sort: [], group: [], columns: [], runs: [], selected: [] }

/** Read the address of a page of runs, or of one run; null where it is neither. */
export function readAddress(text: string, base = window.location.origin): Shown | null {
  let url: URL
  try {
    url = new URL(text.trim(), base)
  } catch {
    return null
  }
  const one = /^\/runs\/([0-9a-f]{32})\b/.exec(url.pathname)
  if (one?.[1]) return { ...NOTHING, runs: [one[1]] }
  if (!/^(\/projects\/[^/]+)?\/runs\/?$|^\/compare\/?$/.test(url.pathname)) return null
  const state = readState(url.searchParams)
  return {
    ...state,
    columns: state.columns?.map((column) => column.name) ?? [],
    runs: url.searchParams.getAll('run'),
    selected: [...state.selected].slice(0, MOST_RUNS),
  }
}

/** Write a block. */
export function snippet(kind: Kind, shown: Shown = NOTHING): string {
  const lines = LINES[kind](shown).filter((line) => line !== '')
  return `\`\`\`${kind}\n${lines.join('\n')}\n\`\`\`\n`
}

/** Put a block into a text at a place: on lines of its own. */
export function insertAt(
  text: string,
  place: number,
  block: string,
): { text: string; end: number } {
  const before = text.slice(0, place).replace(/[ \t]+$/, '')
  const after = text.slice(place)
  const lead = before === '' || before.endsWith('\n\n') ? '' : before.endsWith('\n') ? '\n' : '\n\n'
  const tail = after.startsWith('\n') || after === '' ? '' : '\n'
  const start = before + lead + block
  return { text: start + tail + after, end: start.length }
}

const LINES: Record<Kind, (shown: Shown) => string[]> = {
  chart: (shown) => [
    ...chosen(shown),
    'metrics: [loss]',
    shown.group[0] ? `group: ${quoted(shown.group[0])}` : '',
    shown.runs.length ? '' : 'limit: 10',
  ],
  table: (shown) => [
    ...chosen(shown),
    shown.columns.length ? `columns: ${list(shown.columns)}` : '',
    shown.group.length ? `group: ${list(shown.group)}` : '',
    shown.runs.length ? '' : 'limit: 20',
  ],
  runs: (shown) => [
    'name: chosen',
    shown.runs.length ? `runs: ${list(shown.runs)}` : `filter: ${quoted(shown.filter)}`,
    sorted(shown),
    shown.runs.length ? '' : 'limit: 10',
  ],
  metric: (shown) => ['metric: loss', shown.runs[0] ? `run: ${quoted(shown.runs[0])}` : ''],
  compare: (shown) => [
    `runs: ${list(shown.runs.length > 1 ? shown.runs : [...shown.runs, 'RUN', 'RUN'].slice(0, 2))}`,
  ],
  model: () => ['model: NAME@champion'],
  image: (shown) => [...chosen(shown), 'path: plots/picture.png'],
}

function chosen(shown: Shown): string[] {
  if (shown.runs.length) return [`runs: ${list(shown.runs)}`]
  return [shown.filter ? `runs: ${quoted(shown.filter)}` : '', sorted(shown)]
}

function sorted(shown: Shown): string {
  return shown.sort.length ? `sort: ${list(shown.sort)}` : ''
}

function list(values: readonly string[]): string {
  return `[${values.map(quoted).join(', ')}]`
}

/** Give a text as YAML: plain where that is clear, else in double quotes. */
function quoted(text: string): string {
  const isPlain = /^-?[A-Za-z][\w./-]*$/.test(text) && !/^(true|false|null|yes|no)$/i.test(text)
  return isPlain ? text : JSON.stringify(text)
}
