import { fingerprintOf } from './tool.js'

/** The keys that a tool with a home of its own was given, each once. */
export class ImportedKeys {
  readonly #take: (key: Buffer) => Promise<unknown>
  readonly #imported = new Map<string, Promise<string>>()

  constructor(take: (key: Buffer) => Promise<unknown>) {
    this.#take = take
  }

  /** Gives its fingerprint. */
  add(key: Buffer): Promise<string> {
    const content = key.toString('latin1')
    const imported = this.#imported.get(content) ?? this.#addNow(key)
    this.#imported.set(content, imported)
    return imported
  }

  /** As arguments of the command line. */
  async recipients(keys: readonly Buffer[]): Promise<string[]> {
    const names: string[] = []
    for (const key of keys) names.push('--recipient', await this.add(key))
    return names
  }

  async #addNow(key: Buffer): Promise<string> {
    await this.#take(key)
    return fingerprintOf(key)
  }
}
