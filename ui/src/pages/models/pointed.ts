/** Where the aliases of a model point, with the version that each pointed to before. */

import type { Schemas } from '../../api/client'

/** An alias that points to a version. */
export interface Pointed {
  alias: string
  version: number
  /** When it was pointed there. */
  move: Schemas['Move'] | null
  /** The version that it pointed to before, where that is still there. */
  before: number | null
}

/** Give a model's aliases, those that moved last first. */
export function pointed({ model, versions, alias_moves }: Schemas['ModelDocument']): Pointed[] {
  const there = new Set(versions.map((one) => one.version))
  return Object.entries(model.aliases ?? {})
    .map(([alias, version]) => {
      const move = alias_moves.find((one) => one.alias === alias && one.new === version) ?? null
      const old = move?.old ?? null
      return { alias, version, move, before: old !== null && there.has(old) ? old : null }
    })
    .sort((a, b) => (b.move?.moved_at ?? 0) - (a.move?.moved_at ?? 0))
}
