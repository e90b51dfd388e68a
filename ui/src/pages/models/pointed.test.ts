import { describe, expect, it } from 'vitest'
import type { Schemas } from '../../api/client'
import { pointed } from './pointed'

type Document = Schemas['ModelDocument']

function document(aliases: Record<string, number>, moves: Partial<Schemas['Move']>[]): Document {
  const versions = [3, 2, 1].map((version) => ({ version }))
  const alias_moves = moves.map((move) => ({ alias: 'champion', old: null, cause: '', ...move }))
  return { model: { name: 'delay', aliases }, versions, alias_moves } as unknown as Document
}

describe('pointed', () => {
  it('gives the version that an alias pointed to before', () => {
    const moves = [
      { old: 1, new: 2, moved_at: 20 },
      { old: null, new: 1, moved_at: 10 },
    ]
    const [one] = pointed(document({ champion: 2 }, moves))
    expect([one?.before, one?.move?.moved_at]).toEqual([1, 20])
  })

  it('gives none where it was new, or where that version is gone', () => {
    expect(pointed(document({ champion: 1 }, [{ new: 1, moved_at: 1 }]))[0]?.before).toBeNull()
    const gone = [{ old: 9, new: 1, moved_at: 1 }]
    expect(pointed(document({ champion: 1 }, gone))[0]?.before).toBeNull()
  })

  it('has the alias that moved last first', () => {
    const moves = [
      { alias: 'challenger', new: 3, moved_at: 30 },
      { alias: 'champion', new: 1, moved_at: 10 },
    ]
    const names = pointed(document({ champion: 1, challenger: 3 }, moves)).map((one) => one.alias)
    expect(names).toEqual(['challenger', 'champion'])
  })
})
