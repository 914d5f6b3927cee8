import { isIPv4 } from 'node:net'
import { CryptoError } from '@parasol/core'

export interface EndpointOptions {
  /** Such as `cn-hangzhou`. */
  readonly region: string
  /** `host` or `host:port`; by default the public endpoint of the region, `kms.<region>.aliyuncs.com`. */
  readonly endpoint?: string
  /** `https` by default; `http` only for a KMS on this machine. */
  readonly protocol?: 'https' | 'http'
}

const HOST_AND_PORT = /^([\w.-]+|\[[\da-f:]+\])(?::(\d{1,5}))?$/i

/**
 * The endpoint is always given to the client, whose own default names no host that exists; and the client takes any
 * protocol but `https` for plain HTTP.
 *
 * @throws CryptoError INVALID_CONFIG for plain HTTP to another machine, or an endpoint that is not a host
 */
export function checkEndpoint({ region, endpoint, protocol = 'https' }: EndpointOptions): Required<EndpointOptions> {
  if (!/^[a-z0-9-]{1,64}$/.test(region)) throw invalid('The region of the KMS must be a name such as cn-hangzhou')
  const address = endpoint ?? `kms.${region}.aliyuncs.com`
  const [matched, host = '', port = '443'] = HOST_AND_PORT.exec(address) ?? []
  if (matched === undefined || Number(port) < 1 || Number(port) > 65_535) {
    throw invalid('The endpoint of the KMS must be a host or host:port, without a scheme or path')
  }
  if (protocol !== 'https' && protocol !== 'http') throw invalid('The protocol of the KMS must be https or http')
  if (protocol === 'http' && !isLoopback(host)) {
    throw invalid('Plain HTTP is for a KMS on this machine only: use protocol https')
  }
  return { region, endpoint: address, protocol }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || (isIPv4(host) && host.startsWith('127.'))
}

function invalid(message: string): CryptoError {
  return new CryptoError('INVALID_CONFIG', message)
}
