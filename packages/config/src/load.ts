import { dirname, relative } from 'node:path'
import type { CryptoError, UseCase } from '@parasol/core'
import type { PluginHost } from '@parasol/core/plugin'
import type * as z from 'zod'
import type { Finding } from './config-error.js'
import { explainIssues } from './issues.js'
import { type LoadOptions, locateConfig } from './locate.js'
import type { PluginKind } from './plugins.js'
import { readText } from './read-text.js'
import { checkCycles, checkKmsNames, checkNames, checkUseCase, checkUseCaseNames } from './references.js'
import { configFile, kmsSection, type ProgramSection, schemeSection, useCaseSection } from './schema.js'
import { loadSection, type Section } from './sections.js'
import { YamlDocument } from './yaml-document.js'

/** A configuration that was checked wholly: nothing in it refers to what is not there. */
export interface Config {
  /** The absolute path of the file. */
  readonly path: string
  readonly kms: ReadonlyMap<string, Section>
  readonly schemes: ReadonlyMap<string, Section>
  readonly useCases: Readonly<Record<string, UseCase>>
  /**
   * Reads the section of a program that is built upon this package: `service`. One that is not there reads as empty.
   *
   * @throws CryptoError INVALID_CONFIG that lists every problem with its line, its path in the file and a remedy
   */
  section<Options>(name: ProgramSection, schema: z.ZodType<Options>): Options
  /** One INVALID_CONFIG for what is found wrong later, with the lines of this file. */
  error(findings: readonly Finding[]): CryptoError
}

/**
 * Reads and checks a configuration, and imports the plug-ins that it names and no others. The path is by default that
 * in the environment variable PARASOL_CONFIG, else parasol.yaml in the working directory.
 *
 * @throws CryptoError INVALID_CONFIG that lists every problem with its line, its path in the file and a remedy
 */
export async function loadConfig(
  path?: string,
  { env = process.env, directory = process.cwd() }: LoadOptions = {},
): Promise<Config> {
  const file = locateConfig(path, { env, directory })
  const document = new YamlDocument(displayName(file, directory), await readText(file))
  const content = asMapping(document.value)
  const host = { directory: dirname(file), env }
  const names = {
    kms: keysOf(content['kms']),
    schemes: keysOf(content['schemes']),
    useCases: keysOf(content['useCases']),
  }
  const [kms, schemes] = await Promise.all([
    loadSections('kms', content['kms'], host),
    loadSections('schemes', content['schemes'], host),
  ])
  const useCases = readUseCases(content['useCases'])
  const byName = Object.fromEntries(useCases)
  const findings = [
    ...checkFrame(document.value),
    ...checkNames(names),
    ...kms.findings,
    ...schemes.findings,
    ...[...kms.sections.values(), ...schemes.sections.values()].flatMap((section) => checkKmsNames(section, names)),
    ...checkCycles(kms.sections),
    ...[...schemes.sections.values()].flatMap((section) => checkUseCaseNames(section, schemes.sections, byName)),
    ...useCases.flatMap(([name, useCase]) => checkUseCase(name, useCase, names)),
  ]
  if (findings.length > 0) throw document.error(findings)
  return {
    path: file,
    kms: kms.sections,
    schemes: schemes.sections,
    useCases: byName,
    section: (name, schema) => readSection(document, name, schema, content[name] ?? {}),
    error: (findings) => document.error(findings),
  }
}

function readSection<Options>(
  document: YamlDocument,
  name: ProgramSection,
  schema: z.ZodType<Options>,
  value: unknown,
): Options {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const findings = explainIssues(result.error.issues, schema, value)
  throw document.error(findings.map((finding) => ({ ...finding, path: [name, ...finding.path] })))
}

function checkFrame(value: unknown): readonly Finding[] {
  const result = configFile.safeParse(value)
  return result.success ? [] : explainIssues(result.error.issues, configFile, value)
}

const sectionSchemas = { kms: kmsSection, schemes: schemeSection } as const

/** Sections that have the wrong shape are passed over here: the schema of the file has found them. */
async function loadSections(
  kind: PluginKind,
  content: unknown,
  host: PluginHost,
): Promise<{ sections: ReadonlyMap<string, Section>; findings: readonly Finding[] }> {
  const sections = Object.entries(asMapping(content)).flatMap(([name, section]) => {
    const parsed = sectionSchemas[kind].safeParse(section)
    return parsed.success ? [loadSection(kind, name, parsed.data, host)] : []
  })
  const results = await Promise.all(sections)
  const loaded = results.flatMap(({ section }) => (section ? [[section.name, section] as const] : []))
  return { sections: new Map(loaded), findings: results.flatMap(({ findings }) => findings) }
}

function readUseCases(content: unknown): readonly (readonly [string, UseCase])[] {
  return Object.entries(asMapping(content)).flatMap(([name, useCase]) => {
    const parsed = useCaseSection.safeParse(useCase)
    return parsed.success ? [[name, parsed.data as UseCase] as const] : []
  })
}

function keysOf(content: unknown): readonly string[] {
  return Object.keys(asMapping(content))
}

function asMapping(content: unknown): Readonly<Record<string, unknown>> {
  const isMapping = typeof content === 'object' && content !== null && !Array.isArray(content)
  return isMapping ? (content as Record<string, unknown>) : {}
}

/** As short as it can be said from where the user is. */
function displayName(file: string, directory: string): string {
  const short = relative(directory, file)
  return short.startsWith('..') ? file : short
}
