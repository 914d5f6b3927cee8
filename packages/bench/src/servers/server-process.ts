import { type ServerName, servers } from './servers.js'

/** What this process answers on its channel: first where it listens, then its CPU time whenever it is asked. */
const [name, folder = ''] = process.argv.slice(2)
const { port, accessKey, close } = await servers[name as ServerName](folder)
process.send?.({ port, ...(accessKey ? { accessKey } : {}) })
process.on('message', () => process.send?.(process.cpuUsage()))
process.once('disconnect', () => void close())
