import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parseConnection } from '../../src/definition/parse-connection.ts';
import { generateSchema } from '../tools/generate-schema.ts';

const page = readFileSync(new URL('../../docs/definitions.md', import.meta.url), 'utf8');

describe('docs/definitions.md', () => {
  it('shows an example that parses', () => {
    const examples = [...page.matchAll(/```json\n([\s\S]*?)```/g)].map(match => match[1] ?? '');
    expect(examples).toHaveLength(1);
    for (const example of examples) {
      expect(parseConnection(example).definition.operations[0]?.name).toBe('List Users');
      expect(new Ajv().compile(generateSchema())(JSON.parse(example))).toBe(true);
    }
  });

  it('lists exactly the defaults that the parser fills in', () => {
    expect(documentedDefaults()).toEqual(actualDefaults());
  });

  it('names every field of the schema', () => {
    const names = fieldNames(generateSchema()).filter(name => !page.includes(name));
    expect(names).toEqual([]);
  });

  it('has a heading for every link within the page', () => {
    const headings = [...page.matchAll(/^#+ (.+)$/gm)].map(match =>
      (match[1] ?? '').toLowerCase().replaceAll(' ', '-'),
    );
    const links = [...page.matchAll(/\]\(#([^)]+)\)/g)].map(match => match[1] ?? '');
    expect(links.length).toBeGreaterThan(5);
    expect(links.filter(link => !headings.includes(link))).toEqual([]);
  });
});

describe('the definition folder', () => {
  it('loads the validation library only when a definition is parsed', () => {
    const module = new URL('../../src/definition/parse-connection.ts', import.meta.url).href;
    const script = `
      import { createRequire } from 'node:module';
      const loaded = () => Object.keys(createRequire(import.meta.url).cache).some(file => file.includes('valibot'));
      const { parseConnection } = await import('${module}');
      const before = loaded();
      parseConnection({ name: 'a', config: { baseUrl: 'b' } });
      process.stdout.write(JSON.stringify([before, loaded()]));`;
    const output = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
      cwd: new URL('../..', import.meta.url),
      encoding: 'utf8',
    });
    expect(output).toBe('[false,true]');
  });
});

/** The table under "Defaults", by field. */
function documentedDefaults(): Record<string, string> {
  const section = page.slice(page.indexOf('\n## Defaults'), page.indexOf('\n## Older spellings'));
  const rows = [...section.matchAll(/^\| `([^`]+)` \| `(.+)` \|$/gm)];
  return Object.fromEntries(rows.map(([, field = '', value = '']) => [field, value]));
}

/** What appears where nothing was written. */
function actualDefaults(): Record<string, string> {
  const request = { method: 'GET', path: 'p' };
  const token = { operation: request, tokenOutput: 't', expirationOutput: 'e' };
  const credentials = { tokenUrl: 't', clientId: 'c', clientSecret: null };
  const silent = parseConnection({ name: 'n', config: { baseUrl: 'b' } }).definition;
  const { operations, config } = parseConnection({
    name: 'n',
    config: { baseUrl: 'b', test: { path: 'p' }, retry: {}, rateLimit: {} },
    operations: [{ name: 'o', config: request }],
  }).definition;
  const { token: tokenRequest, ...place } = authOf({ authType: 'http_bearer_token', token });
  return {
    ...flatten('', without(silent, ['name', 'config'])),
    ...flatten('config.', without(silent.config, ['baseUrl']), ['tls', 'timeouts', 'limits', 'redirect']),
    ...flatten('auth.', without(place, ['authType'])),
    ...flatten(
      'auth.',
      without(authOf({ authType: 'client_credentials', ...credentials }), [
        'authType',
        ...Object.keys(credentials),
      ]),
    ),
    ...flatten('auth.token.', without(tokenRequest, Object.keys(token))),
    ...flatten('retry.', config.retry ?? {}),
    ...flatten('rateLimit.', config.rateLimit ?? {}),
    ...flatten('test.', without(config.test, ['path'])),
    ...flatten('operation.', without(operations[0], ['name', 'config'])),
    ...flatten('operation.config.', without(operations[0]?.config, ['method', 'path'])),
  };
}

function authOf(auth: object): Readonly<Record<string, unknown>> {
  return { ...parseConnection({ name: 'n', config: { baseUrl: 'b', auth } }).definition.config.auth };
}

function without(value: unknown, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(Object(value)).filter(([name]) => !names.includes(name)));
}

/** One entry per field; the fields of the objects named in `opened` have entries of their own. */
function flatten(prefix: string, value: object, opened: readonly string[] = []): Record<string, string> {
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, field]) =>
      opened.includes(name)
        ? Object.entries(flatten(`${prefix}${name}.`, field))
        : [[`${prefix}${name}`, JSON.stringify(field)]],
    ),
  );
}

function fieldNames(schema: unknown): readonly string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  return Object.entries(schema).flatMap(([key, value]) => [
    ...(key === 'properties' ? Object.keys(value) : []),
    ...fieldNames(value),
  ]);
}
