import type { Mutant } from './catalogue.js'

const envelope = (name: string) => `backend-envelope/${name}.js` as const

/** In the life of data keys: they would serve too long, too much or too many, or stay in memory. */
export const keyMutants: readonly Mutant[] = [
  {
    mistake: 'the KMS does not see the purpose',
    file: envelope('kms-contexts'),
    find: 'const kmsContext = Object.freeze({ purpose });',
    replace: 'const kmsContext = NO_PURPOSE;',
    killedBy: 'policies',
  },
  {
    mistake: 'a data key serves more records than the policy says',
    file: envelope('kept-key'),
    find: 'this.#recordsLeft < 1 || ',
    replace: '',
    killedBy: 'policies',
  },
  {
    mistake: 'a data key serves more bytes than the policy says',
    file: envelope('kept-key'),
    find: 'this.#bytesLeft < bytes || ',
    replace: '',
    killedBy: 'policies',
  },
  {
    mistake: 'a kept data key is not zeroed',
    file: envelope('kept-key'),
    find: 'this.#plaintext.fill(0);',
    replace: ';',
    killedBy: 'policies',
  },
  {
    mistake: 'a data key serves although it is too old',
    file: 'core/bounded-cache.js',
    find: '|| this.#options.now() >= entry.servesUntil',
    replace: '',
    killedBy: 'policies',
  },
  {
    mistake: 'a data key is let serve for ever while the KMS is away',
    file: 'core/bounded-cache.js',
    find: 'this.#options.now() + BRIDGE_MS), entry.deadAt);',
    replace: 'this.#options.now() + BRIDGE_MS), Infinity);',
    killedBy: 'policies',
  },
  {
    mistake: 'concurrent misses make a KMS call each',
    file: envelope('single-flight'),
    find: 'this.#flights.get(id) ?? this.#start(id, work);',
    replace: 'this.#start(id, work);',
    killedBy: 'policies',
  },
  {
    mistake: 'tenants share a data key',
    file: envelope('reused-data-keys'),
    find: 'return partition === undefined',
    replace: 'return true',
    killedBy: 'policies',
  },
  {
    mistake: 'a limit of 0 or less is taken',
    file: envelope('data-key-policy'),
    find: 'if (Number.isInteger(value) && value >= range.min && value <= range.max)',
    replace: 'if (Number.isInteger(value))',
    killedBy: 'policies',
  },
  {
    mistake: 'a data key of any length is taken from the KMS',
    file: envelope('per-record-data-keys'),
    find: 'if (length === DATA_KEY_BYTES)',
    replace: 'if (true)',
    killedBy: 'policies',
  },
]
