/** Where the nodes of a graph stand and how its edges run: left to right, helping services below. */

import type { Graph, GraphEdge, GraphNode } from './graph'

/** A node's box; x and y are its top left corner. */
export interface Box {
  x: number
  y: number
  width: number
  height: number
}

/** A graph that was laid out, in pixels at a scale of one. */
export interface Layout {
  boxes: Map<string, Box>
  /** An edge's path, by the places of `edges`. */
  paths: { edge: GraphEdge; d: string }[]
  width: number
  height: number
}

const SIZES: Record<GraphNode['kind'], [number, number]> = {
  step: [168, 64],
  service: [160, 48],
  data: [124, 34],
  model: [148, 64],
}
const GAP = 16
const LANE = 56
const MARGIN = 12

/** Give the services that stand below what they help: nothing flows into them. */
export function helpers(graph: Pick<Graph, 'nodes' | 'edges'>): Set<string> {
  const fed = new Set(
    (graph.edges ?? [])
      .filter((edge) => edge.kind !== 'needs' || edge.source.startsWith('step:'))
      .map((edge) => edge.target),
  )
  const services = (graph.nodes ?? []).filter((node) => node.kind === 'service')
  return new Set(services.filter((node) => !fed.has(node.id)).map((node) => node.id))
}

/** Lay a graph out. The library for it is loaded at the first call. */
export async function layOut(graph: Pick<Graph, 'nodes' | 'edges'>): Promise<Layout> {
  const dagre = await import('@dagrejs/dagre')
  const nodes = graph.nodes ?? []
  const edges = graph.edges ?? []
  const below = helpers(graph)
  const drawn = new dagre.graphlib.Graph()
  drawn.setGraph({ rankdir: 'LR', nodesep: GAP, ranksep: 28, marginx: MARGIN, marginy: MARGIN })
  drawn.setDefaultEdgeLabel(() => ({}))
  for (const node of nodes) {
    const [width, height] = SIZES[node.kind]
    if (!below.has(node.id)) drawn.setNode(node.id, { width, height })
  }
  for (const edge of edges) {
    if (drawn.hasNode(edge.source) && drawn.hasNode(edge.target)) {
      drawn.setEdge(edge.source, edge.target, { weight: edge.kind === 'needs' ? 1 : 2 })
    }
  }
  if (drawn.nodeCount() > 0) dagre.layout(drawn)
  const boxes = new Map<string, Box>()
  for (const node of nodes) {
    if (below.has(node.id)) continue
    const { x, y, width, height } = drawn.node(node.id) as Box
    boxes.set(node.id, { x: x - width / 2, y: y - height / 2, width, height })
  }
  addBelow(nodes, edges, below, boxes)
  const all = [...boxes.values()]
  return {
    boxes,
    paths: edges.flatMap((edge) => {
      const [from, to] = [boxes.get(edge.source), boxes.get(edge.target)]
      return from && to ? [{ edge, d: pathOf(from, to, below.has(edge.source)) }] : []
    }),
    width: Math.max(0, ...all.map((box) => box.x + box.width)) + MARGIN,
    height: Math.max(0, ...all.map((box) => box.y + box.height)) + MARGIN,
  }
}

/** Put services in a lane below, each as near as can be to what needs it. */
function addBelow(
  nodes: readonly GraphNode[],
  edges: readonly GraphEdge[],
  below: ReadonlySet<string>,
  boxes: Map<string, Box>,
): void {
  const [width, height] = SIZES.service
  const bottom = Math.max(0, ...[...boxes.values()].map((box) => box.y + box.height))
  const y = boxes.size ? bottom + LANE : MARGIN
  const wanted = nodes
    .filter((node) => below.has(node.id))
    .map((node) => ({ id: node.id, x: middle(node.id, edges, boxes) - width / 2 }))
    .sort((one, other) => one.x - other.x)
  let free = MARGIN
  for (const { id, x } of wanted) {
    const place = Math.max(free, x)
    boxes.set(id, { x: place, y, width, height })
    free = place + width + GAP
  }
}

function middle(id: string, edges: readonly GraphEdge[], boxes: ReadonlyMap<string, Box>): number {
  const found = edges
    .filter((edge) => edge.source === id)
    .flatMap((edge) => boxes.get(edge.target) ?? [])
    .map((box) => box.x + box.width / 2)
  return found.length ? found.reduce((sum, x) => sum + x, 0) / found.length : 0
}

/** Give an edge as a curve: from side to side, or from a helper's top up to what needs it. */
function pathOf(from: Box, to: Box, isFromBelow: boolean): string {
  if (isFromBelow && to.y + to.height < from.y) {
    const [x1, y1] = [from.x + from.width / 2, from.y]
    const [x2, y2] = [to.x + to.width / 2, to.y + to.height + 3]
    const bend = Math.max(16, (y1 - y2) / 2)
    return `M${r(x1)} ${r(y1)}C${r(x1)} ${r(y1 - bend)} ${r(x2)} ${r(y2 + bend)} ${r(x2)} ${r(y2)}`
  }
  const [x1, y1] = [from.x + from.width, from.y + from.height / 2]
  const [x2, y2] = [to.x - 3, to.y + to.height / 2]
  const bend = Math.max(18, Math.abs(x2 - x1) / 2)
  return `M${r(x1)} ${r(y1)}C${r(x1 + bend)} ${r(y1)} ${r(x2 - bend)} ${r(y2)} ${r(x2)} ${r(y2)}`
}

function r(value: number): number {
  return Math.round(value * 10) / 10
}

/** A key that moves through the graph. */
export type Arrow = 'ArrowLeft' | 'ArrowRight' | 'ArrowUp' | 'ArrowDown'

/**
 * Give the node that an arrow key leads to: along edges to the left and right, and to the nearest
 * one above or below.
 */
export function neighbour(
  id: string,
  key: Arrow,
  layout: Layout,
  edges: readonly GraphEdge[],
): string | null {
  const from = layout.boxes.get(id)
  if (!from) return null
  const along =
    key === 'ArrowRight'
      ? edges.filter((edge) => edge.source === id).map((edge) => edge.target)
      : key === 'ArrowLeft'
        ? edges.filter((edge) => edge.target === id).map((edge) => edge.source)
        : []
  const others = along.length ? along : [...layout.boxes.keys()].filter((other) => other !== id)
  return nearest(from, key, others, layout, along.length > 0)
}

function nearest(
  from: Box,
  key: Arrow,
  ids: readonly string[],
  layout: Layout,
  isAnyWay: boolean,
): string | null {
  const [x, y] = centre(from)
  let found: string | null = null
  let least = Infinity
  for (const id of ids) {
    const box = layout.boxes.get(id)
    if (!box) continue
    const [dx, dy] = [centre(box)[0] - x, centre(box)[1] - y]
    const ahead = { ArrowRight: dx, ArrowLeft: -dx, ArrowDown: dy, ArrowUp: -dy }[key]
    const aside = key === 'ArrowUp' || key === 'ArrowDown' ? Math.abs(dx) : Math.abs(dy)
    if (ahead <= 1 && !isAnyWay) continue
    const far = Math.abs(ahead) + 2 * aside
    if (far < least) [least, found] = [far, id]
  }
  return found
}

function centre(box: Box): [number, number] {
  return [box.x + box.width / 2, box.y + box.height / 2]
}
