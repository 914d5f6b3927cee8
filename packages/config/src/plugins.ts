import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { isAbsolute, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { CryptoError } from '@parasol/core'
import type { Plugin } from '@parasol/core/plugin'
import { unknownName } from './config-error.js'

/** The sections of parasol.yaml that plug-ins bring, with how the packages of the built-in ones are called. */
export const packagePrefixes = { kms: '@parasol/kms-', schemes: '@parasol/backend-' } as const

export type PluginKind = keyof typeof packagePrefixes

/** What a plug-in of a kind is called in messages. */
export const kindNames: Readonly<Record<PluginKind, string>> = { kms: 'KMS', schemes: 'scheme' }

/** The table of built-in plug-ins is the list of this package's dependencies: adding one is one line there. */
export function builtInNames(kind: PluginKind): readonly string[] {
  const { dependencies } = createRequire(import.meta.url)('../package.json') as { dependencies: Record<string, string> }
  const prefix = packagePrefixes[kind]
  return Object.keys(dependencies).flatMap((name) => (name.startsWith(prefix) ? [name.slice(prefix.length)] : []))
}

/**
 * Imports the plug-in that `use` names: a built-in one by its short name, one of the user's own by a module specifier,
 * which begins with "." or "@" or has a "/" in it. Relative ones, and packages, are looked up from the directory.
 *
 * @throws CryptoError INVALID_CONFIG that says what there is instead
 */
export async function importPlugin(kind: PluginKind, use: string, directory: string): Promise<Plugin<unknown>> {
  const isOwn = /^[.@]|\//.test(use)
  const specifier = isOwn ? locateOwn(use, directory) : locateBuiltIn(kind, use)
  const { plugin } = await importModule(specifier, use)
  if (!isPlugin(plugin)) {
    throw invalid(
      `the module of "${use}" exports no "plugin" that definePlugin of @parasol/core/plugin could have made`,
    )
  }
  return plugin
}

function locateBuiltIn(kind: PluginKind, use: string): string {
  const names = builtInNames(kind)
  if (names.includes(use)) return `${packagePrefixes[kind]}${use}/container`
  throw invalid(
    `${unknownName(`built-in ${kindNames[kind]} plug-in`, use, names)}; your own is a path or package/entry`,
  )
}

function locateOwn(use: string, directory: string): string {
  return use.startsWith('.') || isAbsolute(use) ? locateFile(use, directory) : locatePackage(use, directory)
}

function locateFile(use: string, directory: string): string {
  const path = resolve(directory, use)
  if (existsSync(path)) return pathToFileURL(path).href
  throw invalid(`no file "${path}": a relative plug-in begins at the folder of the configuration`)
}

const PACKAGE = /^(@[\w.-]+\/)?[\w-][\w.-]*(\/[\w.-]+)*$/

function locatePackage(use: string, directory: string): string {
  if (!PACKAGE.test(use)) throw invalid('neither a name, nor a path, nor a package')
  for (const base of [join(directory, 'parasol.yaml'), import.meta.url]) {
    try {
      return pathToFileURL(createRequire(base).resolve(use)).href
    } catch {}
  }
  throw invalid(`no module "${use}" is installed where the configuration is: install its package`)
}

async function importModule(specifier: string, use: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    return await import(specifier)
  } catch (cause) {
    const { code, name } = cause as NodeJS.ErrnoException
    const remedy = code === 'ERR_MODULE_NOT_FOUND' ? ': install its package and what that imports' : ''
    throw invalid(`the module of "${use}" cannot be loaded (${code ?? name ?? 'unknown reason'})${remedy}`, cause)
  }
}

function isPlugin(value: unknown): value is Plugin<unknown> {
  const { options, module, kmsNames } = (value ?? {}) as Partial<Record<keyof Plugin<unknown>, unknown>>
  const isZod4 = typeof options === 'object' && options !== null && '_zod' in options
  return isZod4 && typeof module === 'function' && (kmsNames === undefined || typeof kmsNames === 'function')
}

function invalid(message: string, cause?: unknown): CryptoError {
  return new CryptoError('INVALID_CONFIG', message, { cause })
}
