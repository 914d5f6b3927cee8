import assert from 'node:assert/strict'
import type { EncryptionContext } from '@parasol/core'

import { assertBytes, assertDecryptionFails, assertRejects, settle } from '../assertions.js'
import type { ConformanceCase } from '../conformance-case.js'
import {
  invalidContexts,
  longestContext,
  lookAlikes,
  ownKeys,
  unusualContexts,
  wrappedLengths,
  wrongContexts,
} from '../contexts.js'
import { CONTEXT, contextFor, PLAINTEXT } from '../samples.js'
import type { Subject } from '../subject.js'

const bindsContext = (subject: Subject): boolean => subject.bindsContext
const bindsNone = (subject: Subject): boolean => !subject.bindsContext

/** What is encrypted under one context is not decrypted under another. */
export const contextCases: readonly ConformanceCase<Subject>[] = [
  ...Object.entries(wrongContexts).map(([what, context]) => ({
    name: `refuses a ciphertext ${what}`,
    applies: bindsContext,
    run: (subject: Subject) => refusesToMove(subject, CONTEXT, context),
  })),
  ...lookAlikes.map(([one, other]) => ({
    name: `does not take the context ${inAscii(one)} for ${inAscii(other)}`,
    applies: bindsContext,
    run: (subject: Subject) => tellsApart(subject, one, other),
  })),
  {
    name: 'does not confuse contexts whose values are longer than 255 bytes',
    applies: bindsContext,
    run: (subject) => tellsApart(subject, ...wrappedLengths),
  },
  {
    name: 'binds keys that have the names of prototypes',
    applies: bindsContext,
    run: async (subject) => {
      await tellsApart(subject, ownKeys('__proto__'), {})
      await tellsApart(subject, ownKeys('__proto__'), ownKeys('constructor'))
      await tellsApart(subject, ownKeys('__proto__', 'a'), ownKeys('a'))
    },
  },
  {
    name: 'decrypts whatever the order of the keys of the context',
    applies: bindsContext,
    run: async (subject) => {
      for (const context of [CONTEXT, ...Object.values(unusualContexts)]) {
        await roundTrip(subject, context, Object.fromEntries(Object.entries(context).reverse()))
      }
    },
  },
  ...Object.entries(unusualContexts).map(([what, context]) => ({
    name: `binds a context with ${what}`,
    applies: bindsContext,
    run: async (subject: Subject) => {
      await roundTrip(subject, context, context)
      await refusesToMove(subject, context, { ...context, row: 'another' })
    },
  })),
  {
    name: 'binds a context of 8,192 bytes',
    applies: bindsContext,
    run: async (subject) => {
      await roundTrip(subject, longestContext, longestContext)
      await refusesToMove(subject, longestContext, { k: longestContext['k']?.replace(/v$/, 'w') ?? '' })
    },
  },
  ...Object.entries(invalidContexts).map(([what, context]) => ({
    name: `refuses ${what}`,
    run: (subject: Subject) => refusesContext(subject, context),
  })),
  {
    name: 'rejects, and does not throw, when a context is refused',
    run: async (subject) => {
      const refused = invalidContexts['an empty key'] ?? assert.fail()
      const outcomes = [
        settle(doesNotThrow(() => subject.encrypt(PLAINTEXT, refused))),
        settle(doesNotThrow(() => subject.decrypt(PLAINTEXT, refused))),
      ]
      for (const outcome of await Promise.all(outcomes)) assert.ok('error' in outcome)
    },
  },
  {
    name: 'refuses a context, which it cannot bind',
    applies: bindsNone,
    run: (subject) => refusesContext(subject, CONTEXT),
  },
]

async function roundTrip(subject: Subject, before: EncryptionContext, after: EncryptionContext): Promise<void> {
  assertBytes(await subject.decrypt(await subject.encrypt(PLAINTEXT, before), after), PLAINTEXT)
}

async function refusesToMove(subject: Subject, from: EncryptionContext, to: EncryptionContext): Promise<void> {
  const ciphertext = await subject.encrypt(PLAINTEXT, from)
  await assertDecryptionFails(() => subject.decrypt(ciphertext, to), [PLAINTEXT, ciphertext])
}

async function tellsApart(subject: Subject, one: EncryptionContext, other: EncryptionContext): Promise<void> {
  assert.notDeepEqual(Object.entries(one), Object.entries(other))
  await refusesToMove(subject, one, other)
  await refusesToMove(subject, other, one)
}

/** The promise that a call returns, rejected or not. */
function doesNotThrow<T>(call: () => Promise<T>): () => Promise<T> {
  let promise: Promise<T> | undefined
  assert.doesNotThrow(() => {
    promise = call()
  }, 'A method that returns a promise threw at once')
  return () => promise ?? assert.fail()
}

async function refusesContext(subject: Subject, context: EncryptionContext): Promise<void> {
  const ciphertext = await subject.encrypt(PLAINTEXT, contextFor(subject))
  await assertRejects('INVALID_INPUT', () => subject.encrypt(PLAINTEXT, context))
  await assertRejects('INVALID_INPUT', () => subject.decrypt(ciphertext, context), [PLAINTEXT, ciphertext])
}

/** JSON in which what looks alike, or is not seen, is told apart. */
function inAscii(context: EncryptionContext): string {
  return JSON.stringify(context).replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
