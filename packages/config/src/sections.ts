import { CryptoError } from '@parasol/core'
import type { Plugin, PluginHost } from '@parasol/core/plugin'
import type { Finding, Path } from './config-error.js'
import { explainIssues } from './issues.js'
import { shapeOf } from './json-shape.js'
import { importPlugin, type PluginKind } from './plugins.js'
import { findMissingSecrets } from './secrets.js'

type Module = ReturnType<Plugin<unknown>['module']>

/** A checked section of a KMS or a scheme. */
export interface Section {
  readonly name: string
  /** Where the section is in the file. */
  readonly path: Path
  /** The names of the KMS that it uses. */
  readonly kmsNames: readonly string[]
  /** Where the file says so, for each of the names. */
  readonly kmsPaths: readonly Path[]
  /** The names of the use cases that it refers to. */
  readonly useCaseNames: readonly string[]
  /** Where the file says so, for each of the names. */
  readonly useCasePaths: readonly Path[]
  /** What the container loads. @throws whatever the plug-in throws */
  module(): Module
  /** Looks for the secrets to which the section refers. */
  missingSecrets(): readonly Finding[]
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
  const prefixed = (findings: readonly Finding[]) =>
    findings.map((finding) => ({ ...finding, path: [...path, ...finding.path] }))
  const result = plugin.options.safeParse(options)
  if (!result.success) return { findings: prefixed(explainIssues(result.error.issues, plugin.options, options)) }
  const kmsNames = plugin.kmsNames?.(result.data) ?? []
  const useCaseNames = plugin.useCaseNames?.(result.data) ?? []
  const pathTo = (value: string): Path => [...path, ...(findValue(options, value) ?? [])]
  const section: Section = {
    name,
    path,
    kmsNames,
    kmsPaths: kmsNames.map(pathTo),
    useCaseNames,
    useCasePaths: useCaseNames.map(pathTo),
    module: () => plugin.module(name, result.data, host),
    missingSecrets: () => prefixed(findMissingSecrets(options, shapeOf(plugin.options), host)),
  }
  return { section, findings: [] }
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
