export {
  AtomicFile,
  type AtomicFileOptions,
  guardIo,
  syncDirectory,
  writeFileAtomic,
} from './atomic-file.js'
export { decryptFile, encryptFile, type FileOptions, type ReadFileOptions, rewrapFile } from './encrypt-file.js'
export { InputFile } from './input-file.js'
export { ChainReader, type ChainReaderOptions, type LogDamage, type LogLine } from './log/chain-reader.js'
export { ChainedLog, type ChainedLogOptions } from './log/chained-log.js'
export { GroupCommit } from './log/group-commit.js'
export { hashLink } from './log/hash-link.js'
export { HeadNotes, headPath, type LogHead, makeHeadFolder, readHead } from './log/log-head.js'
export { CHAIN_START, type ChainState, formatLines, type LogLink } from './log/log-link.js'
export { formatAnchor, type LogAnchor, type LogRetention, parseAnchor } from './log/log-retention.js'
export {
  type LogPlace,
  listSegments,
  refuseDamage,
  type Segment,
  type SegmentHeader,
  segmentPath,
  segmentReader,
  wasLetGo,
} from './log/log-segment.js'
export { LogTrouble } from './log/log-trouble.js'
export { SegmentFile } from './log/segment-file.js'
export { type LogReport, type VerifyOptions, verifyLog } from './log/verify-log.js'
export { makeFolder } from './make-folder.js'
export { RECOGNIZED_BY_BYTES, withEachScheme } from './recognize.js'
export { StoreLock } from './store-lock.js'
