export const CUSTOMER_COLUMNS = ['id', 'name', 'phone', 'idCard', 'bankCard', 'email', 'address'] as const

/**
 * Customers that do not exist, always the same ones. Their numbers have valid check digits and belong to nobody: the ID
 * cards are of people born before 1910, the phone numbers have a prefix that is not assigned, the mail goes to example.com.
 */
export function* syntheticCustomers(count: number): Generator<readonly string[]> {
  const random = sequence(20_160_120)
  for (let id = 1; id <= count; id++) {
    const city = pick(random, cities)
    yield [
      String(id),
      pick(random, surnames) + pick(random, givenNames),
      `154${digits(random, 8)}`,
      idCard(random, city.code),
      withLuhnDigit(`629990${digits(random, 12)}`),
      `customer${id}.${digits(random, 4)}@example.com`,
      `${city.name}${pick(random, roads)}路${random(1, 999)}号${random(1, 30)}栋${random(1, 33)}0${random(1, 4)}室`,
    ]
  }
}

/** The last digit of an ID card, by GB 11643 (ISO 7064 MOD 11-2). */
export function idCardCheckDigit(first17: string): string {
  const sum = [...first17].reduce((total, digit, index) => total + Number(digit) * (2 ** (17 - index) % 11), 0)
  return '10X98765432'.charAt(sum % 11)
}

/** Appends the check digit of ISO/IEC 7812-1. */
export function withLuhnDigit(number: string): string {
  const sum = [...number].reverse().reduce((total, digit, index) => {
    const weighted = Number(digit) * (index % 2 === 0 ? 2 : 1)
    return total + (weighted > 9 ? weighted - 9 : weighted)
  }, 0)
  return `${number}${(10 - (sum % 10)) % 10}`
}

/** Whole numbers from `least` to `most`. */
type Random = (least: number, most: number) => number

/** Park and Miller's generator: the same numbers on every machine. For made-up data only, never for keys. */
function sequence(seed: number): Random {
  let state = seed
  return (least, most) => {
    state = (state * 48_271) % 2_147_483_647
    return least + (state % (most - least + 1))
  }
}

function pick<T>(random: Random, items: readonly T[]): T {
  return items[random(0, items.length - 1)] as T
}

function digits(random: Random, count: number): string {
  return Array.from({ length: count }, () => random(0, 9)).join('')
}

function idCard(random: Random, region: string): string {
  const year = 1900 + random(0, 9)
  const month = String(random(1, 12)).padStart(2, '0')
  const day = String(random(1, 28)).padStart(2, '0')
  const first17 = `${region}${year}${month}${day}${digits(random, 3)}`
  return first17 + idCardCheckDigit(first17)
}

const surnames = [...'王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗', '欧阳', '司马', '上官', '诸葛']
const givenNames = [
  ...'伟芳娜敏静强磊洋艳勇',
  ...['秀英', '志强', '建国', '桂兰', '雨桐', '子轩', '思远', '梓涵', '浩然', '若曦', '文博', '晓彤'],
]
const roads = ['人民', '中山', '解放', '建设', '和平', '文化', '长江', '黄河', '朝阳', '新华', '友谊', '滨河']
const cities = [
  { code: '110101', name: '北京市东城区' },
  { code: '310104', name: '上海市徐汇区' },
  { code: '330106', name: '浙江省杭州市西湖区' },
  { code: '440305', name: '广东省深圳市南山区' },
  { code: '510107', name: '四川省成都市武侯区' },
  { code: '420106', name: '湖北省武汉市武昌区' },
  { code: '610113', name: '陕西省西安市雁塔区' },
  { code: '320106', name: '江苏省南京市鼓楼区' },
]
