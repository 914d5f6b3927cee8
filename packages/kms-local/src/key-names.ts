/** Names every key of this service: `acs:kms:local:0:key/<id>`. */
export const ARN_PREFIX = 'acs:kms:local:0:'

/** The id that a name of a key stands for: an id, an alias, or the ARN of either. Empty for an alias that there is not. */
export function resolveKeyName(name: string, keyIdOf: (alias: string) => string | undefined): string {
  if (name.startsWith(`${ARN_PREFIX}key/`)) return name.slice(ARN_PREFIX.length + 4)
  const short = name.startsWith(`${ARN_PREFIX}alias/`) ? name.slice(ARN_PREFIX.length) : name
  return short.startsWith('alias/') ? (keyIdOf(short) ?? '') : short
}
