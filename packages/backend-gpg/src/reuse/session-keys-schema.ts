import * as z from 'zod'
import { SESSION_KEY_LIMITS, type SessionKeyPolicy } from './session-key-policy.js'

const reuse = z
  .strictObject({
    maxMessages: limit('maxMessages').describe('How many messages a session key encrypts at most'),
    maxBytes: limit('maxBytes').describe('How many bytes of plaintext a session key encrypts at most'),
    maxAgeSeconds: limit('maxAgeSeconds').describe('How long a session key is kept at most'),
  })
  .describe('One session key for many messages to the same readers, within limits')

const remember = z
  .strictObject({
    maxEntries: limit('maxEntries').describe('How many session keys are kept to decrypt with'),
    maxAgeSeconds: limit('maxAgeSeconds').describe('How long each is kept'),
  })
  .describe('Session keys of messages that were read, for further messages under them')

/** The value of `sessionKeys` in parasol.yaml. */
export const sessionKeysSchema: z.ZodType<SessionKeyPolicy> = z
  .strictObject({ reuse: reuse.optional(), remember: remember.optional() })
  .describe('How long session keys live: { reuse: LIMITS, remember: LIMITS }, each of which may be {}')

function limit(name: keyof typeof SESSION_KEY_LIMITS): z.ZodOptional<z.ZodInt> {
  return z.int().min(SESSION_KEY_LIMITS[name].min).max(SESSION_KEY_LIMITS[name].max).optional()
}
