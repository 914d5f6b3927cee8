import { CryptoError } from '@parasol/core'
import type { Plugin, PluginHost } from '@parasol/core/plugin'
import type { Finding, Path } from './config-error.js'
import { explainIssues } from './issues.js'
import { importPlugin, type PluginKind } from './plugins.js'

type Module = ReturnType<Plugin<unknown>['module']>

/** A checked section of a KMS or a scheme. */
export interface Section {
  readonly name: string
  /** The names of the KMS that it uses. */
  readonly kmsNames: readonly string[]
  /** Where the file says so, for each of the names. */
  readonly kmsPaths: readonly Path[]
  /** What the container loads. @throws whatever the plug-in throws */
  module(): Module
}

export interface SectionResult {
  readonly section?: Section
  readonly findings: readonly Finding[]
}

/** Imports the plug-in of a section and lets it check the section's options. */
export async function loadSection(
  kind: PluginKind,
  name: string,
  content: Readonly<Record<string, unknown>>,
  host: PluginHost,
): Promise<SectionResult> {
  const { use = name, ...options } = content
  const path = [kind, name]
  try {
    const plugin = await importPlugin(kind, String(use), host.directory)
    return checkOptions(plugin, { path, name, options, host })
  } catch (cause) {
    if (!CryptoError.is(cause)) return { findings: [{ path, message: 'its plug-in failed to check this', cause }] }
    return { findings: [{ path: [...path, 'use'], message: cause.message, cause: cause.cause }] }
  }
}

interface OptionsOfSection {
  readonly path: Path
  readonly name: string
  readonly options: unknown
  readonly host: PluginHost
}

function checkOptions(plugin: Plugin<unknown>, { path, name, options, host }: OptionsOfSection): SectionResult {
  const result = plugin.options.safeParse(options)
  if (!result.success) {
    const findings = explainIssues(result.error.issues, plugin.options, options)
    return { findings: findings.map((finding) => ({ ...finding, path: [...path, ...finding.path] })) }
  }
  const kmsNames = plugin.kmsNames?.(result.data) ?? []
  const kmsPaths = kmsNames.map((kms) => [...path, ...(findValue(options, kms) ?? [])])
  return { section: { name, kmsNames, kmsPaths, module: () => plugin.module(name, result.data, host) }, findings: [] }
}

/** The path to a value, so that a message can point at the line that names it. */
function findValue(holder: unknown, wanted: unknown): Path | undefined {
  if (holder === wanted) return []
  if (typeof holder !== 'object' || holder === null) return undefined
  for (const [key, value] of Object.entries(holder)) {
    const rest = findValue(value, wanted)
    if (rest) return [Array.isArray(holder) ? Number(key) : key, ...rest]
  }
  return undefined
}
