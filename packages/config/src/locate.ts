import { resolve } from 'node:path'

export interface LoadOptions {
  /** Where secrets and PARASOL_CONFIG are looked up; by default the process's environment. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Where a relative path begins; by default the working directory. */
  readonly directory?: string
}

/**
 * The absolute path of the configuration: the given one, else that in PARASOL_CONFIG, else parasol.yaml in the
 * directory. Folders above are not searched: which file decides about encryption must not depend on what lies around.
 */
export function locateConfig(path: string | undefined, { env, directory }: Required<LoadOptions>): string {
  return resolve(directory, path ?? (env['PARASOL_CONFIG'] || 'parasol.yaml'))
}
