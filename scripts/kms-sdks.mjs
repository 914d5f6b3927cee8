// Lets Alibaba's SDKs for Go, Java and Python ask the local KMS what the tests' clients ask it, and notes what they were
// answered for docs/local-kms-compatibility.md. Needs go, java with maven, and python3 with venv; by hand, not in CI.
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const sources = join(root, 'test', 'kms-api', 'sdks')
const cache = join(root, '.cache', 'kms-sdks')
mkdirSync(join(cache, 'classes'), { recursive: true })

const go = join(cache, 'go-driver')
run('go', ['build', '-o', go, '.'], join(sources, 'go'))

const classPath = join(cache, 'class-path')
run('mvn', ['-q', '-B', 'dependency:build-classpath', `-Dmdep.outputFile=${classPath}`], join(sources, 'java'))
const jars = readFileSync(classPath, 'utf8').trim()
run('javac', ['-nowarn', '-cp', jars, '-d', join(cache, 'classes'), 'Driver.java'], join(sources, 'java'))
const java = [
  'java',
  '-Dorg.slf4j.simpleLogger.defaultLogLevel=off',
  '-cp',
  [join(cache, 'classes'), jars].join(delimiter),
  'Driver',
]

const python = join(cache, 'python', 'bin', 'python')
run('python3', ['-m', 'venv', join(cache, 'python')])
run(python, [
  '-m',
  'pip',
  '-q',
  '--disable-pip-version-check',
  'install',
  '-r',
  join(sources, 'python', 'requirements.txt'),
])
const driver = [python, join(sources, 'python', 'driver.py')]

const versions = {
  Go: said('go', ['version'], /go(\d[\d.]*)/),
  Java: said('javac', ['-version'], /javac (\S+)/),
  Python: said('python3', ['--version'], /Python (\S+)/),
}
const V3 = 'its own methods, else `callApi`; ACS3-HMAC-SHA256, POST'
const sdks = [
  sdk('Go', 'alibabacloud-go/kms-20160120 3.2.3', V3, [go, 'kms']),
  sdk('Go', 'alibaba-cloud-sdk-go 1.63.107', '`CommonRequest`; RPC, HMAC-SHA1, POST', [go, 'core']),
  sdk('Java', 'com.aliyun:kms20160120 1.2.3', V3, [...java, 'kms']),
  sdk('Java', 'aliyun-java-sdk-kms 2.16.6', 'its own requests in XML, else `CommonRequest`; RPC, HMAC-SHA1', [
    ...java,
    'core',
  ]),
  sdk('Python', 'alibabacloud_kms20160120 3.3.1', V3, [...driver, 'kms']),
  sdk('Python', 'aliyun-python-sdk-core 2.16.1', '`CommonRequest`; RPC, HMAC-SHA1, GET', [...driver, 'core']),
]
const list = join(cache, 'sdks.json')
writeFileSync(list, JSON.stringify(sdks))
run('npx', ['vitest', 'run', 'test/kms-api.test.ts', '--reporter=dot'], root, { PARASOL_KMS_SDKS: list })
run('node', [join(root, 'scripts', 'compatibility.mjs')])

function sdk(language, name, requests, command) {
  return { name, language: `${language} ${versions[language]}`, requests, command }
}

function run(program, parts, cwd = root, env = {}) {
  const { status, error } = spawnSync(program, parts, { cwd, stdio: 'inherit', env: { ...process.env, ...env } })
  if (error) throw new Error(`${program} cannot be started: is it installed?`, { cause: error })
  if (status !== 0) process.exit(status ?? 1)
}

function said(program, parts, pattern) {
  const { stdout, stderr } = spawnSync(program, parts, { encoding: 'utf8' })
  return pattern.exec(`${stdout}${stderr}`)?.[1] ?? 'of an unknown version'
}
