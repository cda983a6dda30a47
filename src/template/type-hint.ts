/** The part of JSON Schema (2020-12) that a type hint can express. */
interface HintSchema {
  readonly type?: HintType;
  readonly enum?: readonly (string | number)[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly format?: string;
  readonly items?: { readonly type: HintType };
  /** `application/json`: the value is any JSON, perhaps given as its text. */
  readonly contentMediaType?: string;
  /** The hint itself, when it is none of the known forms. */
  readonly description?: string;
}

type HintType = 'string' | 'number' | 'integer' | 'boolean' | 'array' | 'object';

/** A type hint: what stands in the square brackets of a tag name, and what it says about values. */
export interface TypeHint {
  /** As written, without the brackets. */
  readonly text: string;
  readonly schema: HintSchema;
}

/** Reads the text between the brackets. A hint that is not known is kept as a description. */
export function parseTypeHint(text: string): TypeHint {
  const trimmed = text.trim();
  const schema =
    knownHints.get(trimmed.toLowerCase()) ??
    parseArray(trimmed) ??
    parseRange(trimmed) ??
    parseChoice(trimmed) ??
    ({ description: trimmed } satisfies HintSchema);
  return { text: trimmed, schema };
}

/**
 * The value in the type of the hint when it is the text of such a value: `"5"` for `[integer]` becomes 5.
 * What does not fit stays as it is: hints describe, they do not reject. A whole number beyond 2^53 stays text,
 * because a number could not hold it exactly, and so does `007`, whose zeros a number would lose.
 */
export function coerceToHint(value: unknown, hint: TypeHint | undefined): unknown {
  if (hint === undefined || typeof value !== 'string') return value;
  const { type, contentMediaType } = hint.schema;
  const text = value.trim();
  if (contentMediaType !== undefined) return parseJson(text) ?? value;
  switch (type) {
    case 'integer':
      return WHOLE_NUMBER.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : value;
    case 'number':
      return JSON_NUMBER.test(text) && Number.isFinite(Number(text)) ? Number(text) : value;
    case 'boolean':
      return truthValues.get(text.toLowerCase()) ?? value;
    case 'array':
    case 'object': {
      const parsed = parseJson(text);
      return isOfType(parsed, type) ? parsed : value;
    }
    default:
      return value;
  }
}

const WHOLE_NUMBER = /^-?(?:0|[1-9]\d*)$/;
const JSON_NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const RANGE = /^(-?\d{1,15}(?:\.\d{1,15})?)\s*(?:-|–|\.\.|to)\s*(-?\d{1,15}(?:\.\d{1,15})?)$/;
const ARRAY = /^(?:array|list) of (\w+)$/i;

const truthValues: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['false', false],
]);

const typeNames: ReadonlyMap<string, HintType> = new Map([
  ['string', 'string'],
  ['text', 'string'],
  ['integer', 'integer'],
  ['int', 'integer'],
  ['number', 'number'],
  ['decimal', 'number'],
  ['float', 'number'],
  ['boolean', 'boolean'],
  ['bool', 'boolean'],
  ['true/false', 'boolean'],
  ['false/true', 'boolean'],
  ['true|false', 'boolean'],
  ['true, false', 'boolean'],
  ['array', 'array'],
  ['list', 'array'],
  ['object', 'object'],
]);

const formats: ReadonlyMap<string, string> = new Map([
  ['date', 'date'],
  ['time', 'time'],
  ['date-time', 'date-time'],
  ['datetime', 'date-time'],
  ['timestamp', 'date-time'],
  ['email', 'email'],
  ['uri', 'uri'],
  ['url', 'uri'],
  ['uuid', 'uuid'],
  ['guid', 'uuid'],
]);

const knownHints: ReadonlyMap<string, HintSchema> = new Map<string, HintSchema>([
  ...[...typeNames].map(([name, type]) => [name, { type }] as const),
  ...[...formats].map(([name, format]) => [name, { type: 'string', format }] as const),
  ['json', { contentMediaType: 'application/json' }],
]);

function parseArray(text: string): HintSchema | undefined {
  const item = ARRAY.exec(text)?.[1]?.toLowerCase();
  if (item === undefined) return undefined;
  const type = typeNames.get(item) ?? typeNames.get(item.replace(/s$/, ''));
  return type === undefined ? { type: 'array', description: text } : { type: 'array', items: { type } };
}

function parseRange(text: string): HintSchema | undefined {
  const match = RANGE.exec(text);
  if (match === null) return undefined;
  const [minimum, maximum] = [Number(match[1]), Number(match[2])];
  if (minimum > maximum) return undefined;
  return { type: `${match[1]}${match[2]}`.includes('.') ? 'number' : 'integer', minimum, maximum };
}

function parseChoice(text: string): HintSchema | undefined {
  const choices = text.split(text.includes('|') ? '|' : ',').map(choice => choice.trim());
  if (choices.length < 2 || choices.includes('')) return undefined;
  if (choices.every(choice => WHOLE_NUMBER.test(choice)))
    return { type: 'integer', enum: choices.map(Number) };
  if (choices.every(choice => JSON_NUMBER.test(choice))) return { type: 'number', enum: choices.map(Number) };
  return { type: 'string', enum: choices };
}

function isOfType(value: unknown, type: 'array' | 'object'): boolean {
  return type === 'array'
    ? Array.isArray(value)
    : typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Undefined when the text is not JSON: it is then just a text. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
