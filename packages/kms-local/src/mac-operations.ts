import { createHmac, timingSafeEqual } from 'node:crypto'
import { KmsFault } from './faults.js'
import type { KeyService } from './key-service.js'
import { specNameOf, usageOf } from './key-specs.js'
import type { OperationTable } from './operation.js'
import type { Parameters } from './parameters.js'

/** Message authentication codes, under keys whose spec names their algorithm. */
export const macOperations: OperationTable = {
  GenerateMac: generateMac,
  VerifyMac: verifyMac,
}

const hashes = {
  HMAC_SHA_256: 'sha256',
  HMAC_SHA_224: 'sha224',
  HMAC_SHA_384: 'sha384',
  HMAC_SHA_512: 'sha512',
  HMAC_SM3: 'sm3',
} as const

const MAX_MESSAGE_BYTES = 6144

function generateMac(service: KeyService, parameters: Parameters): object {
  const { mac, ...use } = macOf(service, parameters)
  return { Mac: mac.toString('base64'), ...use }
}

function verifyMac(service: KeyService, parameters: Parameters): object {
  const given = parameters.base64('Mac')
  const { mac, ...use } = macOf(service, parameters)
  return { Value: mac.length === given.length && timingSafeEqual(mac, given), ...use }
}

function macOf(service: KeyService, parameters: Parameters): { mac: Buffer; KeyId: string; Algorithm: string } {
  const key = service.usableKey(parameters.text('KeyId'))
  if (usageOf(key) !== 'GENERATE_VERIFY_MAC') throw new KmsFault('UnsupportedOperation')
  const Algorithm = parameters.requiredChoice('Algorithm', [
    'HMAC_SHA_256',
    'HMAC_SHA_224',
    'HMAC_SHA_384',
    'HMAC_SHA_512',
    'HMAC_SM3',
  ])
  if (Algorithm !== specNameOf(key)) throw new KmsFault('InvalidParameter', 'Algorithm')
  const message = parameters.base64('Message')
  if (message.length > MAX_MESSAGE_BYTES) throw new KmsFault('InvalidParameter', 'Message')
  const material = key.material(key.primaryVersion.id) ?? new Uint8Array()
  const mac = createHmac(hashes[Algorithm], material).update(message).digest()
  return { mac, KeyId: key.metadata.id, Algorithm }
}
