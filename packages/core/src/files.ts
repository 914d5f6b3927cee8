export {
  AtomicFile,
  type AtomicFileOptions,
  guardIo,
  syncDirectory,
  writeFileAtomic,
} from './atomic-file.js'
export { decryptFile, encryptFile, type FileOptions, type ReadFileOptions, rewrapFile } from './encrypt-file.js'
export { InputFile } from './input-file.js'
export { makeFolder } from './make-folder.js'
export { StoreLock } from './store-lock.js'
