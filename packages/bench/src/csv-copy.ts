import { createReadStream, createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { parse } from 'csv-parse'
import { stringify } from 'csv-stringify'

// A program: parses a CSV file and writes it again. That is the least that work on its rows costs with this library.
const [source = '', target = ''] = process.argv.slice(2)
await pipeline(createReadStream(source), parse({ bom: true }), stringify(), createWriteStream(target))
