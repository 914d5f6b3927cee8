import type { Config } from '@parasol/config'
import { catalogue } from './catalogue.js'
import type { Terminal } from './terminal.js'
import { UsageError } from './usage-error.js'

/**
 * A configuration in which `--to` names a use case: if it names a scheme, then the use case that decrypts, encrypted by that
 * scheme.
 *
 * @throws UsageError if the use case would not read what that makes
 */
export function withSchemeAsTarget(
  terminal: Pick<Terminal, 'env'>,
  config: Config,
  { to, useCase }: { readonly to: string; readonly useCase: string },
): Config {
  const from = Object.hasOwn(config.useCases, useCase) ? config.useCases[useCase] : undefined
  if (Object.hasOwn(config.useCases, to) || !config.schemes.has(to) || !from) return config
  const schemes = [from.scheme, ...(from.reads ?? [])]
  if (!schemes.includes(to)) throw new UsageError(texts(terminal).notRead(useCase, to))
  const target = { ...from, purpose: from.purpose ?? useCase, scheme: to, reads: schemes.filter((each) => each !== to) }
  return { ...config, useCases: { ...config.useCases, [to]: target } }
}

const texts = catalogue(
  {
    notRead: (useCase: string, scheme: string) =>
      `Use case "${useCase}" would not read what "${scheme}" makes: put that scheme into its "reads" first`,
  },
  { notRead: (useCase, scheme) => `用途 "${useCase}" 读不了 "${scheme}" 的密文：请先把该方案放进它的 "reads"` },
)
