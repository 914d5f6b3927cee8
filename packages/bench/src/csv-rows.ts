import { open } from 'node:fs/promises'

const CITIES = ['北京', '上海', '广州', '深圳', 'Urumqi, Xinjiang']

/** Writes so many customers, of 68 bytes each, with a phone number and an ID card. */
export async function writeCsvRows(path: string, rows: number): Promise<void> {
  await using file = await open(path, 'w')
  await file.write('id,name,phone,idCard,city,registered\n')
  for (let from = 1; from <= rows; from += 10_000) {
    const some = Math.min(10_000, rows - from + 1)
    await file.write(Array.from({ length: some }, (_, index) => row(from + index)).join(''))
  }
}

function row(id: number): string {
  const phone = 13_800_000_000 + id
  const idCard = `11010519491231${String(id % 10_000).padStart(4, '0')}`
  return `${id},张伟,${phone},${idCard},"${CITIES[id % CITIES.length]}, ${id % 100}",2024-0${1 + (id % 9)}-1${id % 10}\n`
}
