import { brokenCiphers } from './broken/broken-ciphers.js'
import { brokenContexts } from './broken/broken-contexts.js'
import { brokenManners } from './broken/broken-manners.js'
import { brokenMemory } from './broken/broken-memory.js'
import { brokenRecords } from './broken/broken-records.js'
import { brokenRewraps } from './broken/broken-rewraps.js'
import { brokenSeeks } from './broken/broken-seeks.js'
import { brokenStreams } from './broken/broken-streams.js'
import type { BrokenProvider } from './broken/variant.js'

/** Providers with one fault each, by which the kit proves that it catches it. Never use one of them. */
export const brokenProviders: readonly BrokenProvider[] = [
  ...brokenCiphers,
  ...brokenContexts,
  ...brokenMemory,
  ...brokenManners,
  ...brokenRecords,
  ...brokenRewraps,
  ...brokenSeeks,
  ...brokenStreams,
]
