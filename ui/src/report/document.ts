/** A report's document, as the hub gives it and as a built page holds it. */

import type { Schemas } from '../api/client'

/** A report with what its blocks show. */
export type ReportDocument = Schemas['ReportDocument']

/** One block, told apart by its `kind`. */
export type Block = ReportDocument['blocks'][number]

/** A block of one kind. */
export type BlockOf<K extends Block['kind']> = Extract<Block, { kind: K }>

/** Blocks that stand together: numbers side by side, all others alone. */
export type Part = { kind: 'numbers'; blocks: BlockOf<'metric'>[] } | { kind: 'one'; block: Block }

/** Give the blocks in order, with numbers that follow each other as one row. */
export function partsOf(blocks: readonly Block[]): Part[] {
  const parts: Part[] = []
  for (const block of blocks) {
    const last = parts.at(-1)
    if (block.kind !== 'metric') parts.push({ kind: 'one', block })
    else if (last?.kind === 'numbers') last.blocks.push(block)
    else parts.push({ kind: 'numbers', blocks: [block] })
  }
  return parts
}

/** Whether a report's own text begins with its title. */
export function hasHeading(document: ReportDocument): boolean {
  const first = document.blocks[0]
  return first?.kind === 'prose' && /^#\s/.test(first.text)
}
