/** The graph of a project as the page thinks of it: what is told, by name, and how to go through it. */

import type { Schemas } from '../../api/client'

/** What the hub tells of a project. */
export type Graph = Schemas['ProjectGraph']
/** A service, a step, data or a model. */
export type GraphNode = Schemas['GraphNode']
/** What leads from one node to another. */
export type GraphEdge = Schemas['GraphEdge']
/** A run in brief. */
export type BriefRun = Schemas['BriefRun']

/** The kinds of nodes, in the order of the list. */
export const KINDS = ['step', 'service', 'data', 'model'] as const

/** What the kinds are called where there are several. */
export const PLURALS: Record<GraphNode['kind'], string> = {
  step: 'Steps',
  service: 'Services',
  data: 'Data',
  model: 'Models',
}

/** What a node has to do with another, by what leads from the first to the second. */
export const LEADS: Record<string, string> = {
  reads: 'is read by',
  writes: 'writes',
  after: 'comes before',
  needs: 'is needed by',
  makes: 'becomes',
  serves: 'is served by',
  shows: 'is mounted by',
}

/** The same, seen from where it leads to. */
export const COMES: Record<string, string> = {
  reads: 'reads',
  writes: 'is written by',
  after: 'comes after',
  needs: 'needs',
  makes: 'is made of',
  serves: 'serves',
  shows: 'mounts',
}

/** Give the state that a node shows: for a service its health where it has a check. */
export function stateOf(node: GraphNode): string {
  if (node.kind === 'service') {
    if (node.state === 'running' && node.health) return node.health
    return node.state || 'unknown'
  }
  if (node.kind === 'model') return node.last_version ? 'registered' : 'none yet'
  return node.state ?? ''
}

/** Give the words of a state: `absent` and `starting` say little alone. */
export function stateWords(node: GraphNode): string {
  const state = stateOf(node)
  if (node.kind === 'service' && state === 'absent') return 'not started'
  if (node.kind === 'service' && state === 'unknown') return 'not asked'
  if (node.kind === 'model' && node.last_version) return `version ${node.last_version}`
  return state
}

/** Give how far a run that goes on is, as a share of one; null where no earlier one tells. */
export function shareDone(run: BriefRun | null | undefined, now: number): number | null {
  const elapsed = elapsedOf(run, now)
  if (elapsed === null || !run?.expected_s || run.expected_s <= 0) return null
  // What takes longer than the last time is never shown as done.
  return Math.min(elapsed / run.expected_s, 0.97)
}

/** Give for how many seconds a run goes on; its record may not yet say when its work began. */
export function elapsedOf(run: BriefRun | null | undefined, now: number): number | null {
  const since = run?.started_at ?? run?.created_at
  return since ? Math.max(0, now - since) : null
}

/** Give the nodes that edges lead to, and those that they come from. */
export function around(
  id: string,
  edges: readonly GraphEdge[],
): { before: GraphEdge[]; after: GraphEdge[] } {
  return {
    before: edges.filter((edge) => edge.target === id),
    after: edges.filter((edge) => edge.source === id),
  }
}

/** Give everything that leads to a node or comes from it, the node among it. */
export function lineage(id: string, edges: readonly GraphEdge[]): Set<string> {
  return new Set([...reach(id, edges, 'before'), ...reach(id, edges, 'after')])
}

function reach(id: string, edges: readonly GraphEdge[], way: 'before' | 'after'): Set<string> {
  const [from, to] =
    way === 'after' ? (['source', 'target'] as const) : (['target', 'source'] as const)
  const next = new Map<string, string[]>()
  for (const edge of edges) next.set(edge[from], [...(next.get(edge[from]) ?? []), edge[to]])
  const found = new Set([id])
  const waiting = [id]
  for (let one = waiting.pop(); one !== undefined; one = waiting.pop()) {
    for (const other of next.get(one) ?? []) {
      if (!found.has(other)) {
        found.add(other)
        waiting.push(other)
      }
    }
  }
  return found
}

/** Give how many steps stand how, the worst first. */
export function counts(nodes: readonly GraphNode[]): [string, number][] {
  const order = [
    'failed',
    'blocked',
    'running',
    'preparing',
    'waiting',
    'stale',
    'missing',
    'modified',
  ]
  const found = new Map<string, number>()
  for (const node of nodes) {
    if (node.kind === 'step') found.set(node.state ?? '', (found.get(node.state ?? '') ?? 0) + 1)
  }
  const rank = (state: string): number => (order.includes(state) ? order.indexOf(state) : 99)
  return [...found].sort(([a], [b]) => rank(a) - rank(b))
}

/** Give a path as a small box has room for it: its end tells most. */
export function shortPath(path: string, most = 16): string {
  if (path.length <= most) return path
  const end = path.replace(/\/$/, '').split('/').at(-1) ?? path
  return end.length < path.length ? `…/${end}` : path
}

/** Give the command that does what a node needs next, ready for a shell; `writer` writes data. */
export function commandOf(node: GraphNode, writer?: string): string {
  const name = quoted(node.name)
  if (node.kind === 'step') return `modelcompose run ${name}`
  if (node.kind === 'service') return `modelcompose up --detach ${name}`
  if (node.kind === 'model') return `modelcompose models show ${name}`
  if (writer) return `modelcompose run ${quoted(writer)}`
  const verb = node.source ? 'update' : 'log'
  return `modelcompose data ${verb} ${quoted(node.path ?? '')}`
}

/** Write a word so that a shell takes it as one. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}
