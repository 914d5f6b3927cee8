import { AliyunKms } from '@parasol/kms-aliyun'
import { expect, it } from 'vitest'
import { checkEndpoint } from '../src/endpoint.js'

it('takes the public endpoint of the region over https by default', () => {
  expect(checkEndpoint({ region: 'cn-hangzhou' })).toEqual({
    region: 'cn-hangzhou',
    endpoint: 'kms.cn-hangzhou.aliyuncs.com',
    protocol: 'https',
  })
})

it.each([
  'kms-vpc.cn-hangzhou.aliyuncs.com',
  'kst-hzz12345.cryptoservice.kms.aliyuncs.com',
  'kms.example:8443',
  '192.0.2.7',
  '[2001:db8::7]:443',
])('takes the endpoint %s over https', (endpoint) => {
  expect(checkEndpoint({ region: 'cn-hangzhou', endpoint }).endpoint).toBe(endpoint)
})

it.each(['localhost', 'localhost:4000', '127.0.0.1:4000', '127.1.2.3', '[::1]:4000'])(
  'takes %s over http',
  (endpoint) => {
    expect(checkEndpoint({ region: 'cn-hangzhou', endpoint, protocol: 'http' }).protocol).toBe('http')
  },
)

it.each([
  undefined,
  'kms.cn-hangzhou.aliyuncs.com',
  '192.0.2.7:4000',
  '127.0.0.1.example.com',
  'localhost.example.com',
  '127.0.0.256',
  '127.1',
  '0.0.0.0',
  '[::ffff:192.0.2.7]',
  '[::2]',
  '::1',
])('refuses %s over http, since the plaintext would be sent in the clear', (endpoint) => {
  const options = { region: 'cn-hangzhou', protocol: 'http' as const, ...(endpoint === undefined ? {} : { endpoint }) }
  expect(() => new AliyunKms(options)).toThrow(expect.objectContaining({ code: 'INVALID_CONFIG' }))
})

it.each([
  '',
  'https://kms.cn-hangzhou.aliyuncs.com',
  'kms.cn-hangzhou.aliyuncs.com/',
  'kms.cn-hangzhou.aliyuncs.com?Action=Encrypt',
  'user@kms.cn-hangzhou.aliyuncs.com',
  'kms.cn-hangzhou.aliyuncs.com:',
  'kms.cn-hangzhou.aliyuncs.com:0',
  'kms.cn-hangzhou.aliyuncs.com:65536',
  'kms.cn-hangzhou.aliyuncs.com\r\nX: y',
  'kms .cn-hangzhou.aliyuncs.com',
])('refuses %j for an endpoint', (endpoint) => {
  const message = 'The endpoint of the KMS must be a host or host:port, without a scheme or path'
  expect(() => new AliyunKms({ region: 'cn-hangzhou', endpoint })).toThrow(message)
})

it.each(['', 'cn-hangzhou.example.com', 'cn-hangzhou/x', 'cn hangzhou', 'CN-HANGZHOU'])(
  'refuses %j for a region',
  (region) => {
    expect(() => new AliyunKms({ region })).toThrow(expect.objectContaining({ code: 'INVALID_CONFIG' }))
  },
)

it.each(['ftp', 'HTTP', ''])('refuses the protocol %j, which the client would take for plain HTTP', (protocol) => {
  const options = { region: 'cn-hangzhou', protocol: protocol as 'https' }
  expect(() => new AliyunKms(options)).toThrow('The protocol of the KMS must be https or http')
})

it.each([
  ['attemptTimeoutMs', 0],
  ['totalTimeoutMs', -1],
  ['maxAttempts', 1.5],
  ['maxConcurrent', Number.NaN],
  ['attemptTimeoutMs', 2 ** 31],
  ['maxAttempts', '6' as unknown as number],
])('refuses a limit that is no whole number from 1: %s of %s', (name, value) => {
  expect(() => new AliyunKms({ region: 'cn-hangzhou', [name]: value })).toThrow(
    expect.objectContaining({ code: 'INVALID_CONFIG', message: expect.stringContaining(name) }),
  )
})

it('refuses a transport that it does not know', () => {
  const transport = 'axios' as 'lean'
  expect(() => new AliyunKms({ region: 'cn-hangzhou', transport })).toThrow(
    'The transport of the KMS must be lean or official',
  )
})
