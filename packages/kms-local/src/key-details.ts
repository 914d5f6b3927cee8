import type { KeySpecName, KeyUsage } from './key-specs.js'
import type { KeyMetadata } from './keys.js'

/** What a key may be given when it is made. One whose material is external has none yet. */
export type KeyDetails = Pick<KeyMetadata, 'tags' | 'rotationSeconds' | 'external'> & {
  readonly spec?: KeySpecName
  readonly usage?: KeyUsage
}
