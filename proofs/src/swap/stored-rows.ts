import type { Cipher, CryptoRouter, EncryptedRecord, EncryptionContext } from '@parasol/core'

/** A record as a database has it, and where it belongs. */
export interface StoredRow {
  readonly cipher: Cipher
  readonly context: EncryptionContext
  readonly record: EncryptedRecord
}

export const FIELDS = { name: '王小明', phone: '13800138000', email: 'ming@example.com' } as const

/** Contexts of which careless encodings take one for another, and rows that differ in nothing but their number. */
export const contexts: readonly EncryptionContext[] = [
  { a: 'bc' },
  { ab: 'c' },
  { a: 'b', c: '' },
  { a: 'b' },
  { a: '1', b: '2' },
  { a: '1&b=2' },
  { a: '1,b:2' },
  { a: '1","b":"2' },
  { A: 'bc' },
  { a: 'BC' },
  { a: 'bc ' },
  { a: 'bc\0' },
  { a: '\u00e9' },
  { a: 'e\u0301' },
  {},
  ...Array.from({ length: 5 }, (_, row) => ({ table: 'customers', row: String(row) })),
]

/** Two rows of each context and use case: what differs between the two is the key alone. */
export async function storeRows(router: CryptoRouter, perContext = 2): Promise<readonly StoredRow[]> {
  const rows: StoredRow[] = []
  for (const useCase of router.useCases) {
    const cipher = router.for(useCase)
    for (const context of contexts) {
      for (let copy = 0; copy < perContext; copy++) {
        rows.push({ cipher, context, record: await cipher.encryptRecord(FIELDS, context) })
      }
    }
  }
  return rows
}
