import { CryptoError } from '@parasol/core'
import { type PluginHost, readSecret, type SecretReference, secretReference } from '@parasol/core/plugin'
import type { Finding, Path } from './config-error.js'
import { type JsonShape, takesSecret } from './json-shape.js'

/** A secret that the file refers to. */
interface SecretUse {
  readonly path: Path
  readonly reference: SecretReference
}

/** References to secrets that are not there: a plug-in may read its own only when it is first used, which is late. */
export function findMissingSecrets(options: unknown, shape: JsonShape, host: PluginHost): readonly Finding[] {
  return secretsIn(options, shape, []).flatMap(({ path, reference }) => {
    try {
      readSecret(reference, host)
      return []
    } catch (cause) {
      if (!CryptoError.is(cause)) throw cause
      return [{ path, message: cause.message, cause: cause.cause }]
    }
  })
}

function secretsIn(value: unknown, shape: JsonShape, path: Path): readonly SecretUse[] {
  if (typeof value !== 'object' || value === null) return []
  const parsed = secretReference.safeParse(value)
  if (parsed.success && takesSecret(shape, path)) return [{ path, reference: parsed.data }]
  return Object.entries(value).flatMap(([key, inner]) =>
    secretsIn(inner, shape, [...path, Array.isArray(value) ? Number(key) : key]),
  )
}
