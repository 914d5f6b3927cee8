import { existsSync, readFileSync } from 'node:fs'
import { register } from 'node:module'
import { type TestSetName, testSets } from './test-sets.js'

/*
 * Runs one set of tests on code of which one place is changed, and ends with 0 if they notice nothing, 3 if they do, 4 if
 * the place is not there.
 *
 *     node child.js FILE FIND REPLACE TEST_SET
 */

const [file = '', find = '', replace = '', testSet] = process.argv.slice(2)
const url = new URL(file, new URL('../../../packages/', import.meta.url)).href
const source = existsSync(new URL(url)) ? readFileSync(new URL(url), 'utf8') : ''

if (source.split(find).length !== 2) process.exit(4)
register('./hooks.js', import.meta.url, { data: { url, source: source.replace(find, () => replace) } })
const holds = await testSets[testSet as TestSetName]()
// Timers of changed code may keep the process.
process.exit(holds ? 0 : 3)
