import { createHmac, timingSafeEqual } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import { readAll } from './bare-echo.js'

/**
 * The least that Alibaba Cloud's RPC API costs on node:http: it parses the form, verifies the signature and answers. It
 * does not keep out replays, knows no keys and encrypts nothing.
 */
export function bareSigned(secret: string): Server {
  return createServer(async (request, response) => {
    const { Signature = '', ...parameters } = Object.fromEntries(
      new URLSearchParams((await readAll(request)).toString()),
    )
    const expected = sign(parameters, secret)
    const given = Buffer.from(Signature, 'base64')
    const isGood = given.length === expected.length && timingSafeEqual(given, expected)
    const body = JSON.stringify({ RequestId: parameters['SignatureNonce'], CiphertextBlob: parameters['Plaintext'] })
    response.writeHead(isGood ? 200 : 403, { 'content-type': 'application/json', 'content-length': body.length })
    response.end(body)
  })
}

/** HMAC-SHA1 of the parameters, sorted and encoded, as the RPC style has it. */
export function sign(parameters: Readonly<Record<string, string>>, secret: string): Buffer {
  const pairs = Object.keys(parameters)
    .sort()
    .map((name) => `${encode(name)}=${encode(parameters[name] ?? '')}`)
  return createHmac('sha1', `${secret}&`)
    .update(`POST&%2F&${encode(pairs.join('&'))}`)
    .digest()
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`)
}
