/** The lineage of a version in columns: what lies farther back stands farther left. Pure. */

import type { Schemas } from '../../api/client'
import { datasetLink, runLink, versionLink } from './links'

type Graph = Schemas['Lineage']
type Kind = Schemas['Node']['kind']

/** A thing of the lineage, with the words for how it belongs there. */
export interface Place {
  id: string
  kind: Kind
  label: string
  project: string
  how: string
}

/** Things that are equally far from the version. */
export interface Column {
  title: string
  nodes: Place[]
}

/** Give the columns from left to right; the version itself stands alone in one. */
export function columnsOf(graph: Graph, of: string): Column[] {
  const levels = new Map<string, number>([[of, 0]])
  walk(graph, of, levels, -1)
  walk(graph, of, levels, 1)
  const project = graph.nodes.find((node) => node.id === of)?.project ?? ''
  const byLevel = new Map<number, Place[]>()
  for (const node of graph.nodes) {
    const level = levels.get(node.id)
    if (level === undefined) continue
    const place = {
      ...node,
      project: node.project || project,
      how: howOf(graph, node.id, of, level),
    }
    byLevel.set(level, [...(byLevel.get(level) ?? []), place])
  }
  return [...byLevel.entries()]
    .sort(([a], [b]) => a - b)
    .map(([level, nodes]) => ({
      title: titleOf(level, nodes),
      nodes: nodes.sort((a, b) => a.kind.localeCompare(b.kind) || a.label.localeCompare(b.label)),
    }))
}

/** Give the link to a thing of the lineage; null for what has no page. */
export function nodeLink({ id, kind, label, project }: Place): string | null {
  if (kind === 'run') return runLink(id)
  if (kind === 'service' && project) return `/projects/${encodeURIComponent(project)}`
  const at = id.lastIndexOf('@')
  if (kind === 'version') return versionLink(id.slice(0, at), id.slice(at + 1))
  if (kind === 'data' && project) return datasetLink(project, label, { digest: id })
  return null
}

/** Give each thing its longest way to the version, so that a chain reads from left to right. */
function walk(graph: Graph, of: string, levels: Map<string, number>, way: -1 | 1): void {
  let here = new Set([of])
  for (let level = way; here.size > 0 && Math.abs(level) <= graph.nodes.length; level += way) {
    const next = new Set<string>()
    for (const { source, target } of graph.edges) {
      const [from, to] = way < 0 ? [target, source] : [source, target]
      if (!here.has(from) || to === of) continue
      levels.set(to, level)
      next.add(to)
    }
    here = next
  }
}

function howOf(graph: Graph, id: string, of: string, level: number): string {
  if (id === of) return ''
  const edge = graph.edges.find((one) => (level < 0 ? one.source === id : one.target === id))
  if (!edge) return ''
  const path = edge.path ? ` ${edge.path}` : ''
  return edge.how === 'serves' ? `holds it in${path}` : ''
}

function titleOf(level: number, nodes: Place[]): string {
  if (level === 0) return 'This version'
  const kinds = new Set(nodes.map((node) => node.kind))
  const words: Record<Kind, string> = {
    data: 'Data and files',
    run: 'Runs',
    version: 'Versions',
    alias: 'Aliases',
    service: 'Services',
  }
  const named = [...kinds].map((kind) => words[kind]).join(', ')
  if (level === 1) return `${named} on it`
  const steps =
    Math.abs(level) > 2 ? ` (${Math.abs(level)} steps ${level < 0 ? 'back' : 'on'})` : ''
  return `${named}${steps}`
}
