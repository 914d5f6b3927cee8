import type { Case } from './cases.js'
import type { Fields, Reply } from './clients.js'
import { differences, faultsLeftOut } from './differences.js'
import type { SdkResults } from './sdk-results.js'

/** What was seen of one operation. */
class Seen {
  readonly parameters = new Set<string>()
  readonly fields = new Set<string>()
  readonly states = new Map<string, string>()
  readonly faults = new Set<string>()
  readonly clients = new Set<string>()
}

/** Notes what clients were answered, and writes it as the page that says what of the cloud's API is offered. */
export class Compatibility {
  readonly #seen = new Map<string, Seen>()

  note({ action, state, refused }: Case, client: string, given: Fields, { body }: Reply): void {
    const seen = this.#seen.get(action) ?? new Seen()
    this.#seen.set(action, seen)
    const code = refused?.[1]
    if (code) seen.faults.add(code)
    if (state) seen.states.set(state, code ?? 'done')
    if (code) return
    seen.clients.add(client)
    for (const name of Object.keys(given)) seen.parameters.add(name.replace(/\d+/, 'N'))
    for (const name of fieldsOf(body)) seen.fields.add(name)
  }

  page(actions: ReadonlySet<string>, results: SdkResults): string {
    return `${[...head, ...table(actions, this.#seen), ...faults(this.#seen), ...noSm2, ...otherLanguages(results)].join('\n')}\n`
  }
}

const head = [
  '# What the local KMS offers of the API',
  '',
  'Written by `npm run compatibility` from the requests of `test/kms-api`, each sent over a socket by clients that are not',
  'ours: `@alicloud/kms20160120` (RPC, POST, query), `@alicloud/pop-core` (RPC, POST, form), `@alicloud/openapi-client`',
  '(ACS3-HMAC-SHA256), and Python’s standard library (RPC, GET), once in JSON and once in XML, as Alibaba’s older Java SDK',
  'asks for. A test fails when this page is stale.',
  '',
  'Parameters are those that were given, fields those that came back, beside `RequestId`; states are those of the key. Faults',
  'that every operation may answer are below.',
  '',
]

function table(actions: ReadonlySet<string>, all: ReadonlyMap<string, Seen>): readonly string[] {
  const rows = [...actions].sort().map((action) => {
    const seen = all.get(action) ?? new Seen()
    const states = [...seen.states].sort().map(([state, outcome]) => `${state}: ${outcome}`)
    const own = [...seen.faults].filter((code) => !isEverywhere(code))
    const cells = [
      `\`${action}\``,
      codes(seen.parameters),
      codes(seen.fields),
      states.join('; '),
      codes(new Set(own)),
      `${seen.clients.size}`,
      differences[action] ?? '',
    ]
    return `| ${cells.join(' | ')} |`
  })
  return [
    '| operation | parameters | fields of the answer | states | further faults tried | clients | differs from the cloud in |',
    '|---|---|---|---|---|---|---|',
    ...rows,
    '',
  ]
}

/** What has a column of its own, or is any operation's. */
function isEverywhere(code: string): boolean {
  return /^(Rejected\.(Disabled|Pending|State|Throttling|Unavailable)|(Missing|Invalid)Parameter$|.*NoPermission|Forbidden\.(AccessKey|KmsService|Prohibited|InDebt)|InternalFailure|ServiceUnavailable)/.test(
    code,
  )
}

function faults(all: ReadonlyMap<string, Seen>): readonly string[] {
  const seen = new Set([...all.values()].flatMap((one) => [...one.faults]))
  return [
    '## Faults',
    '',
    `Seen by all of the clients: ${codes(seen)}. Those of the state of an account or a key, and the two that are the`,
    'service’s own failure, are made by a [fault plan](local-kms.md#let-it-fail) only.',
    '',
    '| fault of the cloud | why no request above gets it |',
    '|---|---|',
    ...Object.entries(faultsLeftOut).map(([code, why]) => `| \`${code}\` | ${why} |`),
  ]
}

const noSm2 = [
  '',
  '## No SM2',
  '',
  'Keys of the spec `EC_SM2`, and `SM2DSA` and `SM2PKE`, are refused with 400 `InvalidParameter`, as other specs and algorithms that',
  'are not offered. The cloud signs a *given* digest, and encrypts; Node’s OpenSSL knows the curve, but node:crypto (20 and 24) hashes',
  'what it signs by SM2 once more, and neither encrypts nor decrypts by it: a test holds both, and fails when that changes. Of the',
  'packages on npm `sm-crypto-v2` 1.15.1 is the one that is kept, and was read: it takes a point out of a ciphertext in ASN.1, which is the',
  'cloud’s form, without asking whether it lies on the curve, which gives the private key away to who has enough decrypted (an invalid-',
  'curve attack); it inverts 1 + d in variable time and without blinding at each signature; it holds private keys as strings, which',
  'cannot be zeroed; it compares the hash of a ciphertext by `===`; and nobody has audited it. A signature scheme of our own over',
  'an audited curve library would be a primitive of our own. Use `EC_P256`, or `RSA_2048`; `Aliyun_SM4` and `HMAC_SM3` are offered.',
]

function otherLanguages({ date, node, sdks }: SdkResults): readonly string[] {
  return [
    '',
    '## SDKs of other languages',
    '',
    `Asked by hand, by \`npm run compatibility:sdks\`, on ${date} with Node ${node}: the same requests, each of whose answers and`,
    'refusals was as the table says. It builds a program for each SDK, which needs Go, Java with Maven, and Python.',
    '',
    '| language | SDK | requests | as expected | calls by a method of its own, preparations too |',
    '|---|---|---|---|---|',
    ...sdks.map(
      ({ language, name, requests, cases, operations, typed }) =>
        `| ${language} | \`${name}\` | ${requests} | all ${cases} of ${operations} operations | ${typed} |`,
    ),
  ]
}

function codes(names: ReadonlySet<string>): string {
  return [...names]
    .sort()
    .map((name) => `\`${name}\``)
    .join(', ')
}

/** The names of fields, down to those of lists: `Keys.Key.KeyId`. */
function fieldsOf(value: unknown, prefix = ''): readonly string[] {
  if (Array.isArray(value)) return value.length === 0 ? [prefix] : value.flatMap((item) => fieldsOf(item, prefix))
  if (typeof value !== 'object' || value === null) return [prefix]
  return Object.entries(value)
    .filter(([name]) => name !== 'RequestId')
    .flatMap(([name, inner]) => fieldsOf(inner, prefix === '' ? name : `${prefix}.${name}`))
}
