import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { serveRows } from './serve-rows.js'

await serveRows(workerData, parentPort as MessagePort)
