import { setInterval } from 'node:timers'
import { gzipSync } from 'node:zlib'
import { refusal } from './honest-answer.js'
import type { Behaviour, Exchange } from './scripted-server.js'

/** A refusal as the service sends it. */
export function refuse(status: number, code: string): Behaviour {
  return say(status, JSON.stringify(refusal(status, code)))
}

/** Any body with any status. */
export function say(status: number, body: string, headers: Record<string, string> = {}): Behaviour {
  return ({ response }) => response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body)
}

/** The honest answer with some of its fields changed. */
export function change(edit: (body: Record<string, string>) => object): Behaviour {
  return async ({ response, honest }) => {
    const { body } = await honest()
    response.end(JSON.stringify(edit(body as Record<string, string>)))
  }
}

export const html = (status: number): Behaviour =>
  say(status, '<html>Bad gateway</html>', { 'content-type': 'text/html' })
export const resetBeforeHeaders: Behaviour = ({ response }) => response.socket?.resetAndDestroy()
export const closeBeforeHeaders: Behaviour = ({ response }) => response.socket?.end()
export const hang: Behaviour = () => undefined
export const redirect: Behaviour = say(302, '', { location: 'http://127.0.0.1:1/' })
export const redirectWithJson: Behaviour = say(302, '{"Message":"moved"}', { location: 'http://127.0.0.1:1/' })

export const resetAfterHeaders: Behaviour = async (exchange) => {
  await half(exchange)
  setTimeout(() => exchange.response.socket?.resetAndDestroy(), 5)
}

/** Sends the half of an answer, and never the rest. */
export const stall: Behaviour = (exchange) => half(exchange)

/** Sends a byte now and then, so that the connection is never idle, and never ends. */
export const trickle: Behaviour = ({ response }) => {
  response.writeHead(200).write('{"CiphertextBlob":"')
  const timer = setInterval(() => response.write('A'), 5)
  response.once('close', () => clearInterval(timer))
}

export const truncatedJson: Behaviour = async ({ response, honest }) => {
  const { body } = await honest()
  response.end(JSON.stringify(body).slice(0, -10))
}

export const gzip: Behaviour = async ({ response, honest }) => {
  const { body } = await honest()
  response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(JSON.stringify(body)))
}

async function half({ response, honest }: Exchange): Promise<void> {
  const text = JSON.stringify((await honest()).body)
  response.writeHead(200, { 'content-length': text.length }).write(text.slice(0, text.length / 2))
}
