type Bytes = readonly [number, number, number, number];

/** Every way to write an IPv4 address that some URL parser, resolver or socket takes for it. */
export function formsOf(address: string): readonly string[] {
  const bytes = address.split('.').map(Number) as unknown as Bytes;
  return [...ipv4Forms(bytes), ...ipv6Forms(bytes)];
}

function ipv4Forms([a, b, c, d]: Bytes): readonly string[] {
  const dotted = [a, b, c, d].join('.');
  const whole = ((a * 256 + b) * 256 + c) * 256 + d;
  const hex = (value: number) => `0x${value.toString(16)}`;
  const octal = (value: number) => `0${value.toString(8)}`;
  return [
    dotted,
    `${dotted}.`,
    String(whole),
    hex(whole),
    hex(whole).toUpperCase().replace('0X', '0x'),
    octal(whole),
    `0x${whole.toString(16).padStart(12, '0')}`,
    `${a}.${(b * 256 + c) * 256 + d}`,
    `${a}.${b}.${c * 256 + d}`,
    [a, b, c, d].map(hex).join('.'),
    [a, b, c, d].map(octal).join('.'),
    [a, b, c, d].map(value => `000${octal(value)}`).join('.'),
    `${hex(a)}.${octal(b)}.${c}.${d}`,
    // Full-width digits and the ideographic full stop, which IDNA maps to the plain ones.
    dotted.replaceAll(/\d/g, digit => String.fromCodePoint(0xff10 + Number(digit))),
    dotted.replaceAll('.', '。'),
    // Percent-encoded, as a URL may hold it.
    dotted.replaceAll(/\d/g, digit => `%3${digit}`),
  ];
}

function ipv6Forms([a, b, c, d]: Bytes): readonly string[] {
  const dotted = [a, b, c, d].join('.');
  const group = (high: number, low: number) => (high * 256 + low).toString(16);
  const groups = `${group(a, b)}:${group(c, d)}`;
  const inverted = `${group(255 - a, 255 - b)}:${group(255 - c, 255 - d)}`;
  return [
    `[::ffff:${dotted}]`,
    `[::FFFF:${groups.toUpperCase()}]`,
    `[0:0:0:0:0:ffff:${dotted}]`,
    `[0000:0000:0000:0000:0000:ffff:${groups}]`,
    `[::ffff:0:${dotted}]`,
    `[::${dotted}]`,
    `[64:ff9b::${dotted}]`,
    `[64:ff9b:1::${groups}]`,
    `[2002:${groups}::1]`,
    `[2001:0:1:2:3:4:${inverted}]`,
  ];
}
