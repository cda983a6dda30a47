import { describe, expect, it } from 'vitest';
import { type ConnectionInput, createEngine } from '../../src/index.ts';
import { failureOf } from '../support/failure-of.ts';

const MANY = 24_000;

const byNumber = (count: number, toEntry: (nth: number) => readonly [string, unknown]) =>
  Object.fromEntries(Array.from({ length: count }, (_, nth) => toEntry(nth)));

const withOperation = (config: object, rest: object = {}): object => ({
  name: 'Acme',
  config: { baseUrl: 'https://a.test' },
  operations: [{ name: 'Go', config: { method: 'POST', path: '/', ...config }, ...rest }],
});

const withJson = (toText: (nth: number) => string) =>
  withOperation({ body: { bodyType: 'json', json: byNumber(MANY, nth => [`k${nth}`, toText(nth)]) } });

/** Milliseconds, the same each time within a factor of three or so. */
function timeToCompile(definition: object): number {
  const engine = createEngine();
  const startedAtMs = performance.now();
  const connection = engine.connection(definition as ConnectionInput);
  const tookMs = performance.now() - startedAtMs;
  expect(connection.name).toBe('Acme');
  return tookMs;
}

describe('a definition with tens of thousands', () => {
  // Work that grows with the square of them takes ten to forty seconds.
  it.each<readonly [what: string, definition: () => object]>([
    ['of texts that use one parameter', () => withJson(() => '{{Name}}')],
    ['of texts that each use a parameter of their own', () => withJson(nth => `{{Name ${nth}}}`)],
    ['of openings that begin no tag', () => withJson(nth => `{{ \n}} ${nth}`)],
    [
      'of names that look like tags',
      () => withOperation({ params: byNumber(MANY, nth => [`{{k${nth}}}`, 'v']) }),
    ],
    [
      'of inputs that nothing uses',
      () => withOperation({}, { inputs: byNumber(MANY, nth => [`k${nth}`, { type: 'string' }]) }),
    ],
  ])('%s is compiled in time that grows with their number', (_, definition) => {
    expect(timeToCompile(definition())).toBeLessThan(3_000);
  });

  it('of secrets and hosts for other ones is refused in such time', async () => {
    const count = 4_000;
    const startedAtMs = performance.now();
    const error = await failureOf(() =>
      createEngine().connection({
        name: 'Acme',
        config: {
          baseUrl: 'https://a.test',
          secretHosts: byNumber(count, nth => [`wrong ${nth}`, ['a.test']]),
        },
        secrets: byNumber(count, nth => [`right ${nth}`, 'v']),
      } as ConnectionInput),
    );
    expect(error.message).toContain(`${count} problems`);
    expect(performance.now() - startedAtMs).toBeLessThan(3_000);
  });
});

describe('computed values', () => {
  const withValues = (count: number) => ({
    name: 'Acme',
    config: {
      baseUrl: 'https://a.test',
      values: byNumber(count, nth => [`v${nth}`, nth === 0 ? "'x'" : `values.v${nth - 1}`]),
    },
  });

  it('may be a thousand, each made of the one before', () => {
    expect(timeToCompile(withValues(1_000))).toBeLessThan(3_000);
  });

  it('are refused beyond that', async () => {
    const definition = withValues(8_000) as ConnectionInput;
    const error = await failureOf(() => createEngine().connection(definition));
    expect(error.issues).toEqual([
      expect.objectContaining({ code: 'DEFINITION_WRONG_VALUE', pointer: '/config/values', found: '8000' }),
    ]);
  });
});
