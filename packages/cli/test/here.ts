import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runHere, type Setting } from './in-process.js'
import type { Ended } from './workplace.js'

/** A folder with a configuration and a local KMS, in which command lines run in this process. */
export class Here {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'parasol-here-'))

  /** @param useCases whatever is not `envelope` by `reuse` names its scheme: `direct: kms-direct` */
  static async create(useCases = 'customer: { scheme: envelope }'): Promise<Here> {
    const here = new Here()
    here.write('parasol.yaml', CONFIG.replace('USE_CASES', useCases.replaceAll('\n', '\n  ')))
    return here
  }

  path(name: string): string {
    return join(this.folder, name)
  }

  write(name: string, content: string | Uint8Array): string {
    writeFileSync(this.path(name), content)
    return this.path(name)
  }

  read(name: string): string {
    return readFileSync(this.path(name), 'utf8')
  }

  /** Arguments that begin with `./` are paths in the folder. */
  async parasol(args: readonly string[], setting: Setting = {}): Promise<Ended> {
    const env = { PARASOL_CONFIG: this.path('parasol.yaml'), ...setting.env }
    return runHere(
      args.map((arg) => (arg.startsWith('./') ? this.path(arg.slice(2)) : arg)),
      { ...setting, env },
    )
  }

  removeFile(name: string): void {
    rmSync(this.path(name))
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}

const CONFIG = `version: 1
kms:
  main: { use: local, store: ./kms, keyFile: ./kms.key, createKeys: [alias/parasol, alias/other] }
schemes:
  envelope: { kms: main, keyId: alias/parasol, dataKeys: { reuse: {} } }
  kms-direct: { kms: main, keyId: alias/parasol }
useCases:
  USE_CASES
`
