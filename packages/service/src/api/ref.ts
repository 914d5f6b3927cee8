import type { SchemaName } from './schemas.js'

export function ref(name: SchemaName): { readonly $ref: string } {
  return { $ref: `#/components/schemas/${name}` }
}
