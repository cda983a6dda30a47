import { toPrimitive, toText } from './coercion.ts';
import type { Meter } from './meter.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;

/** JSON.parse without a reviver. Nesting and elements are counted in the text before anything is built. */
export function parseJson(value: unknown, meter: Meter): unknown {
  const text = toText(value, meter);
  meter.spend(1 + text.length / 16);
  meter.allocate(text.length / 8);
  chargeJsonText(text, meter);
  try {
    return JSON.parse(text);
  } catch {
    // The engine's message quotes the text, which may be secret.
    throw meter.failure('the text given to JSON.parse is not JSON');
  }
}

/** JSON.stringify with a list of member names or nothing as second argument. */
export function stringifyJson(args: readonly unknown[], meter: Meter): string | undefined {
  const [value, names, indent] = args;
  const unit = indentLength(indent);
  chargeJsonValue(value, meter, 1, unit);
  const text: string | undefined = JSON.stringify(
    value,
    Array.isArray(names) ? names.map(name => toPrimitive(name, 'string', meter) as string) : null,
    typeof indent === 'number' || typeof indent === 'string' ? indent : undefined,
  );
  // Escapes make a text up to six times as long as what was charged for it.
  if (text !== undefined) meter.text(text.length, 0);
  return text;
}

/** Walks the text once, outside its quoted parts: one cell for each comma, bracket and brace, and the depth. */
function chargeJsonText(text: string, meter: Meter): void {
  let depth = 0;
  let deepest = 0;
  let cells = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) quoted = !quoted;
    else if (quoted) at += code === BACKSLASH ? 1 : 0;
    else if (code === COMMA) cells += 1;
    // `[` and `{`, `]` and `}` differ in one bit only.
    else if ((code | 0x20) === 0x7b) {
      cells += 1;
      depth += 1;
      deepest = Math.max(deepest, depth);
    } else if ((code | 0x20) === 0x7d) depth -= 1;
  }
  meter.depth(deepest);
  meter.allocate(cells);
}

/** Charges the text that a value will become, escapes aside. */
function chargeJsonValue(value: unknown, meter: Meter, depth: number, indent: number): void {
  meter.spend(2);
  if (typeof value === 'string') {
    meter.text(value.length + 2);
    meter.scan(value.length);
  } else if (typeof value === 'object' && value !== null) {
    meter.depth(depth);
    meter.allocate(1 + (depth * indent) / 8);
    if (Array.isArray(value)) {
      for (const element of value) chargeJsonMember('', element, meter, depth, indent);
    } else {
      for (const key of Object.keys(value)) {
        chargeJsonMember(key, (value as Record<string, unknown>)[key], meter, depth, indent);
      }
    }
  }
}

function chargeJsonMember(key: string, value: unknown, meter: Meter, depth: number, indent: number): void {
  meter.allocate((key.length + 4 + depth * indent) / 8);
  chargeJsonValue(value, meter, depth + 1, indent);
}

/** JSON.stringify uses at most ten characters for one level. */
function indentLength(indent: unknown): number {
  if (typeof indent === 'number') return Math.min(10, Math.max(0, Math.floor(indent) || 0));
  return typeof indent === 'string' ? Math.min(10, indent.length) : 0;
}
