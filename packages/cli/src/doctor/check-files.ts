import { stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { parse } from 'yaml'
import type { Terminal } from '../terminal.js'
import type { Check } from './check.js'
import { doctorTexts } from './doctor-texts.js'

/** A file or folder that the configuration names, and the key under which it does. */
export interface NamedPath {
  readonly key: string
  readonly path: string
}

const SECRET_KEYS = new Set(['keyFile', 'file', 'store', 'keyRing'])

/** Who may read what is secret, and who may write what decides about encryption. */
export async function checkPermissions(
  terminal: Terminal,
  configPath: string,
  text: string,
): Promise<readonly Check[]> {
  const texts = doctorTexts(terminal)
  if (process.platform === 'win32') return []
  const { mode } = await stat(configPath)
  const config: Check =
    (mode & 0o022) === 0
      ? { check: 'permissions', state: 'ok', about: configPath, message: texts.writableByOwner }
      : { check: 'permissions', state: 'warning', about: configPath, message: texts.writableByOthers }
  const secrets = await Promise.all(
    namedPaths(parse(text), dirname(configPath)).map((named) => checkSecret(terminal, named)),
  )
  return [config, ...secrets.filter((check) => check !== undefined)]
}

async function checkSecret(terminal: Terminal, { path }: NamedPath): Promise<Check | undefined> {
  const texts = doctorTexts(terminal)
  const found = await stat(path).catch(() => undefined)
  if (!found) return undefined
  if ((found.mode & 0o077) === 0)
    return { check: 'permissions', state: 'ok', about: path, message: texts.readableByOwner }
  return { check: 'permissions', state: 'failed', about: path, message: texts.readableByOthers(path) }
}

function namedPaths(value: unknown, folder: string): readonly NamedPath[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) =>
    SECRET_KEYS.has(key) && typeof inner === 'string'
      ? [{ key, path: resolve(folder, inner) }]
      : namedPaths(inner, folder),
  )
}
