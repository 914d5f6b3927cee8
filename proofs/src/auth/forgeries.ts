import { formatRequest, type RequestParameters, type Signer, signed, timestamp } from '../kms-requests.js'
import type { Random } from '../random.js'

const ACTION = { Action: 'GenerateDataKey', KeyId: 'alias/proof', NumberOfBytes: '32' }
/** A little more than the service's clock may be from the client's. */
const SKEW_MS = 16 * 60_000

export function honestRequest(signer: Signer): string {
  return formatRequest(signed(ACTION, signer))
}

/** Requests that nobody may be answered who sends them, by what is wrong with them. */
export const forgeries: Readonly<Record<string, (signer: Signer, random: Random) => string>> = {
  otherSecret: ({ id, secret }, random) => honestRequest({ id, secret: `${secret.slice(1)}${random.below(10)}` }),
  noSecret: ({ id }) => honestRequest({ id, secret: '' }),
  otherId: ({ id, secret }, random) => honestRequest({ id: `${id}${random.below(10)}`, secret }),

  changed: (signer, random) => {
    const parameters = new Map(signed(ACTION, signer))
    const name = random.pick([...parameters.keys()])
    const value = parameters.get(name) ?? ''
    const at = random.below(value.length)
    // Not the last letters of the signature: some of their bits are padding, which base64 lets stand for the same bytes.
    const place = name === 'Signature' ? random.below(value.length - 3) : at
    const letter = value[place] === '1' ? '2' : '1'
    return formatRequest(parameters.set(name, `${value.slice(0, place)}${letter}${value.slice(place + 1)}`))
  },
  added: (signer, random) =>
    formatRequest(new Map([...signed(ACTION, signer), [random.pick(['DryRun', 'Other', 'EncryptionContext']), '{}']])),
  removed: (signer, random) => {
    const parameters = new Map(signed(ACTION, signer))
    parameters.delete(random.pick([...parameters.keys()]))
    return formatRequest(parameters)
  },
  cutSignature: (signer, random) => withSignature(signed(ACTION, signer), (text) => text.slice(0, random.below(24))),
  otherSignature: (signer) => {
    const other = signed(ACTION, signer).get('Signature') ?? ''
    return withSignature(signed(ACTION, signer), () => other)
  },
  randomSignature: (signer, random) =>
    withSignature(signed(ACTION, signer), () => Buffer.from(random.bytes(20)).toString('base64')),
  otherMethod: (signer) => formatRequest(signed(ACTION, signer), 'GET'),
  otherDigest: (signer) => formatRequest(new Map(signed(ACTION, signer)).set('SignatureMethod', 'HMAC-SHA256')),
  noDigest: (signer) => formatRequest(signed({ ...ACTION, SignatureMethod: 'none' }, signer)),
  tooOld: (signer, random) => at(-SKEW_MS - random.below(1e9), signer),
  tooEarly: (signer, random) => at(SKEW_MS + random.below(1e9), signer),
}

function at(offset: number, signer: Signer): string {
  return formatRequest(signed({ ...ACTION, Timestamp: timestamp(new Date(Date.now() + offset)) }, signer))
}

function withSignature(parameters: RequestParameters, change: (signature: string) => string): string {
  return formatRequest(new Map(parameters).set('Signature', change(parameters.get('Signature') ?? '')))
}
