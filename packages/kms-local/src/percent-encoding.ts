/** RFC 3986: everything but letters, digits, "-", "_", "." and "~". */
export function percentEncode(text: string): string {
  const encoded = encodeURIComponent(text)
  return NOT_UNRESERVED.test(encoded) ? encoded.replaceAll(/[!'()*]/g, encodeMark) : encoded
}

const NOT_UNRESERVED = /[!'()*]/

function encodeMark(mark: string): string {
  return `%${mark.charCodeAt(0).toString(16).toUpperCase()}`
}
