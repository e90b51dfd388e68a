/** Where the boxes of a lineage stand, laid out in layers from what came first. */

import type { Schemas } from '../../../api/client'
import { runLink } from '../run'

/** A thing in the graph. */
export type LineageNode = Schemas['Lineage']['nodes'][number]
/** What comes of what. */
export type LineageEdge = Schemas['Lineage']['edges'][number]

/** A box with its place, in pixels. */
export interface Box {
  node: LineageNode
  x: number
  y: number
}

/** An arrow, as a path of SVG. */
export interface Arrow {
  key: string
  path: string
  says: string
}

/** A picture. */
export interface Picture {
  boxes: Box[]
  arrows: Arrow[]
  width: number
  height: number
}

/** Of a box, in pixels. */
export const BOX = { width: 188, height: 46 } as const

/** Lay a graph out: from left to right, or on a narrow screen from top to bottom. */
export async function layOut(
  nodes: readonly LineageNode[],
  edges: readonly LineageEdge[],
  isNarrow: boolean,
): Promise<Picture> {
  const dagre = await import('@dagrejs/dagre')
  const graph = new dagre.graphlib.Graph()
  graph.setGraph({
    rankdir: isNarrow ? 'TB' : 'LR',
    nodesep: 16,
    ranksep: isNarrow ? 34 : 56,
    marginx: 12,
    marginy: 12,
  })
  graph.setDefaultEdgeLabel(() => ({}))
  for (const node of nodes) graph.setNode(node.id, { ...BOX })
  for (const edge of edges) graph.setEdge(edge.source, edge.target)
  dagre.layout(graph)
  const boxes = nodes.map((node) => {
    const at = graph.node(node.id) as { x: number; y: number }
    return { node, x: at.x - BOX.width / 2, y: at.y - BOX.height / 2 }
  })
  const arrows = edges.map((edge) => {
    const { points } = graph.edge(edge.source, edge.target) as {
      points: { x: number; y: number }[]
    }
    const says = `${edge.how} ${edge.path ?? ''}`.trim()
    return { key: `${edge.source} ${edge.target} ${says}`, path: curve(points), says }
  })
  const { width, height } = graph.graph() as { width: number; height: number }
  return { boxes, arrows, width, height }
}

/** Give a smooth path through points. */
export function curve(points: readonly { x: number; y: number }[]): string {
  const [first, ...rest] = points
  if (!first) return ''
  let path = `M${place(first)}`
  rest.forEach((point, at) => {
    const next = rest[at + 1]
    if (!next) path += `L${place(point)}`
    else {
      const middle = { x: (point.x + next.x) / 2, y: (point.y + next.y) / 2 }
      path += `Q${place(point)} ${place(at === rest.length - 2 ? next : middle)}`
    }
  })
  return path
}

function place({ x, y }: { x: number; y: number }): string {
  return `${x.toFixed(1)} ${y.toFixed(1)}`
}

/** Give the page of a thing; of data, the files of the run that wrote or else read it. */
export function linkOf(node: LineageNode, edges: readonly LineageEdge[]): string | null {
  const id = encodeURIComponent
  if (node.kind === 'data') return dataLink(node, edges)
  if (node.kind === 'run') return `/runs/${id(node.id)}`
  if (node.kind === 'service') return `/projects/${id(node.project ?? '')}`
  const cut = node.id.lastIndexOf('@')
  if (node.kind === 'version')
    return `/models/${id(node.id.slice(0, cut))}/versions/${id(node.id.slice(cut + 1))}`
  if (node.kind === 'alias') return `/models/${id(node.id.slice(0, cut))}`
  return null
}

function dataLink({ id }: LineageNode, edges: readonly LineageEdge[]): string | null {
  const wrote = edges.find((edge) => edge.target === id && edge.how === 'wrote')
  const read = edges.find((edge) => edge.source === id && edge.how === 'read')
  const path = (wrote ?? read)?.path ?? ''
  if (wrote) return runLink(wrote.source, 'artifacts', { area: 'outputs', path })
  return read ? runLink(read.target, 'artifacts', { area: 'inputs', path }) : null
}

/** Tell which things something came of, and which came of it; itself is among them. */
export function related(id: string, edges: readonly LineageEdge[]): Set<string> {
  const found = new Set([id])
  for (const [from, to] of [
    ['source', 'target'],
    ['target', 'source'],
  ] as const) {
    const waiting = [id]
    const seen = new Set(waiting)
    for (let one = waiting.pop(); one !== undefined; one = waiting.pop()) {
      for (const edge of edges) {
        if (edge[from] !== one || seen.has(edge[to])) continue
        seen.add(edge[to])
        waiting.push(edge[to])
      }
    }
    for (const one of seen) found.add(one)
  }
  return found
}
