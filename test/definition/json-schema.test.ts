import { Ajv } from 'ajv';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseConnection } from '../../src/definition/parse-connection.ts';
import { FerruleError } from '../../src/errors/ferrule-error.ts';
import { generateSchema } from '../tools/generate-schema.ts';
import { connectionDocuments, integratorExports } from './documents.ts';

const accepts = new Ajv().compile(generateSchema());

describe('what Integrator exports', () => {
  it('parses unchanged, and the JSON Schema accepts it', () => {
    fc.assert(
      fc.property(integratorExports(), document => {
        expect(problems(document)).toEqual([]);
        expect(accepts(document)).toBe(true);
      }),
      { numRuns: 300, seed: 11 },
    );
  });
});

describe('the JSON Schema and the parser', () => {
  it('accept every spelling and every addition', () => {
    fc.assert(
      fc.property(connectionDocuments(), document => {
        expect(problems(document)).toEqual([]);
        expect(accepts(document)).toBe(true);
      }),
      { numRuns: 500, seed: 12 },
    );
  });

  it('agree about damaged documents', () => {
    const verdicts = { accepted: 0, refused: 0 };
    fc.assert(
      fc.property(
        connectionDocuments(),
        fc.array(damage(), { minLength: 1, maxLength: 3 }),
        (document, damages) => {
          const damaged = damages.reduce((whole: unknown, change) => change(whole), document);
          const found = problems(damaged);
          verdicts[found.length === 0 ? 'accepted' : 'refused'] += 1;
          expect({ document: damaged, accepted: accepts(damaged) }).toEqual({
            document: damaged,
            accepted: found.length === 0,
          });
        },
      ),
      { numRuns: 1500, seed: 13 },
    );
    expect(Math.min(verdicts.accepted, verdicts.refused)).toBeGreaterThan(100);
  });

  it('agree that a definition which was parsed parses again, to the same', () => {
    fc.assert(
      fc.property(connectionDocuments(), document => {
        const { definition } = parseConnection(document);
        expect(accepts(JSON.parse(JSON.stringify(definition)))).toBe(true);
        expect(parseConnection(definition).definition).toEqual(definition);
      }),
      { numRuns: 300, seed: 14 },
    );
  });
});

/** The codes of what the parser found; the schema cannot tell that two operations have the same name. */
function problems(document: unknown): readonly string[] {
  try {
    parseConnection(document);
    return [];
  } catch (error) {
    if (!(error instanceof FerruleError)) throw error;
    const codes = error.issues.length === 0 ? [error.code] : error.issues.map(({ code }) => code);
    return codes.filter(code => code !== 'DEFINITION_DUPLICATE_NAME');
  }
}

/** A change at some place of a document: a value replaced, a field removed, added or renamed. */
function damage(): fc.Arbitrary<(document: unknown) => unknown> {
  const name = fc.constantFrom(
    ...[
      'authType',
      'type',
      'bodyType',
      'configType',
      'token',
      'outputs',
      'transform',
      'op',
      'operation',
      'conn',
    ],
    ...[
      'connection',
      'url',
      'baseUrl',
      'raw',
      'form',
      'parts',
      'prefix',
      'constructor',
      '__proto__',
      'unheard',
    ],
    ...['expiry', 'access_token', 'header', 'language', 'children', 'value', 'expect', 'status', 'password'],
  );
  const value = fc.oneof(
    fc.constantFrom(
      '',
      'http',
      'basic',
      'bearer_token',
      'raw',
      'json',
      'GET',
      'get',
      'Get',
      'postgres',
      'TLSv1.3',
    ),
    fc.constantFrom<unknown>(
      null,
      true,
      0,
      1,
      -1,
      1.5,
      200,
      600,
      1e300,
      [],
      {},
      ['a'],
      [1],
      { value: 'x' },
      { raw: '' },
    ),
  );
  return fc
    .tuple(fc.nat(), fc.constantFrom('replace', 'remove', 'add', 'rename'), name, value)
    .map(([at, kind, field, replacement]) => document => {
      const copy = structuredClone(document);
      const places = listPlaces(copy);
      const place = places[at % Math.max(1, places.length)];
      if (place === undefined) return replacement;
      const { owner, key } = place;
      const before = Reflect.get(owner, key);
      if (kind === 'remove' || kind === 'rename') remove(owner, key);
      if (kind === 'replace') define(owner, key, replacement);
      if (kind === 'rename') define(owner, field, before);
      if (kind === 'add') define(owner, field, replacement);
      return copy;
    });
}

interface Place {
  readonly owner: object;
  readonly key: string;
}

function listPlaces(value: unknown): readonly Place[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [{ owner: value, key }, ...listPlaces(inner)]);
}

function remove(owner: object, key: string): void {
  if (Array.isArray(owner)) owner.splice(Number(key), 1);
  else Reflect.deleteProperty(owner, key);
}

function define(owner: object, key: string, value: unknown): void {
  if (Array.isArray(owner)) owner.push(value);
  else Object.defineProperty(owner, key, { value, enumerable: true, configurable: true, writable: true });
}
