import { describe, expect, it } from 'vitest'
import { signatureRows } from './signature'

describe('signatureRows', () => {
  it('reads columns out of the JSON that MLflow writes into its YAML', () => {
    const text = '[{"name": "hour", "type": "long", "required": false}, {"type": "double"}]'
    expect(signatureRows(text)).toEqual([
      { name: 'hour', type: 'long', isRequired: false, initial: '' },
      { name: '1', type: 'double', isRequired: true, initial: '' },
    ])
  })

  it('says the shape of tensors, and of lists and objects what is in them', () => {
    const spec = { type: 'tensor', 'tensor-spec': { dtype: 'float32', shape: [-1, 28, 28] } }
    expect(signatureRows([spec])[0]?.type).toBe('float32 [?, 28, 28]')
    expect(signatureRows([{ type: 'array', items: { type: 'string' } }])[0]?.type).toBe(
      'list of string',
    )
  })

  it('gives nothing for what is no signature', () => {
    expect(signatureRows('{')).toEqual([])
    expect(signatureRows(undefined)).toEqual([])
    expect(signatureRows(3)).toEqual([])
  })
})
