import { describe, expect, it } from 'vitest';
import { createEngine, type OperationInput } from '../../src/index.ts';
import { failureOf } from '../support/failure-of.ts';

function connectionOf(operation: Omit<OperationInput, 'name'>, secrets: Record<string, string | null> = {}) {
  return createEngine().connection({
    name: 'Acme',
    type: 'http',
    secrets,
    config: { configType: 'http', baseUrl: 'https://api.ferrule.test' },
    operations: [{ name: 'Find', ...operation }],
  });
}

const get = (path: string, params: Record<string, string> = {}) =>
  connectionOf({ config: { configType: 'http', method: 'GET', path, params } });

const urlOf = async (connection: ReturnType<typeof get>, parameters: Record<string, unknown>) =>
  (await connection.dryRun('Find', parameters)).url;

describe('the parameters of an operation', () => {
  it('are found by their name with or without marker and hint', async () => {
    const connection = get('items', { limit: '{{Limit [0-1000]}}', id: '<<Submission Id*>>' });
    const url = 'https://api.ferrule.test/items?limit=5&id=S1';
    expect(await urlOf(connection, { Limit: 5, 'Submission Id': 'S1' })).toBe(url);
    expect(await urlOf(connection, { 'Limit [0-1000]': '5', 'Submission Id*': 'S1' })).toBe(url);
  });

  it('are refused when one is given twice with different values, in two spellings', async () => {
    const connection = get('items', { limit: '{{Limit [0-1000]}}' });
    const error = await failureOf(connection.dryRun('Find', { Limit: 5, 'Limit [0-1000]': 6 }));
    expect(error).toMatchObject({ code: 'PARAMETER_INVALID' });
    expect(error.message).toContain('"Limit" is given twice');
    expect(await urlOf(connection, { Limit: 5, 'Limit [0-1000]': 5 })).toContain('limit=5');
    expect(await urlOf(connection, { Limit: null, 'Limit [0-1000]': 5 })).toContain('limit=5');
  });

  it('keep two hints of one base name apart and ask for the whole name', async () => {
    const connection = get('items', { a: '{{Sort [ASC, DESC]}}', b: '{{Sort [name, date]}}' });
    expect(await urlOf(connection, { 'Sort [ASC, DESC]': 'ASC', 'Sort [name, date]': 'date' })).toContain(
      'a=ASC&b=date',
    );
    expect((await failureOf(connection.dryRun('Find', { Sort: 'ASC' }))).code).toBe('PARAMETER_UNKNOWN');
    expect(Object.keys(connection.inputs('Find').properties)).toEqual([
      'Sort [ASC, DESC]',
      'Sort [name, date]',
    ]);
  });

  it('are reported missing all at once, each with every place that uses it', async () => {
    const connection = get('{{Space}}/items/{{Id}}', { q: '{{Query*}}', again: '{{Query}}' });
    const error = await failureOf(connection.dryRun('Find'));
    expect(error.code).toBe('PARAMETER_MISSING');
    expect(error.issues.map(({ pointer }) => pointer)).toEqual(['/Space', '/Id', '/Query']);
    expect(error.message).toContain('/operations/0/config/params/q and /operations/0/config/params/again');
  });

  it('are refused when unknown, with the nearest name', async () => {
    const error = await failureOf(get('items', { q: '{{Query}}' }).dryRun('Find', { Qery: 'x' }));
    expect(error.code).toBe('PARAMETER_UNKNOWN');
    expect(error.suggestion).toBe('Query');
  });

  it('are listed up to a hundred when thousands are wrong, and counted all', async () => {
    const names = Array.from({ length: 5_000 }, (_, nth) => [`Nobody ${nth}`, 1]);
    const error = await failureOf(get('items').dryRun('Find', Object.fromEntries(names)));
    expect(error.message).toContain('5000 parameters cannot be used');
    expect(error.issues).toHaveLength(100);
  });

  it('become diagnostics when the caller is lenient', async () => {
    const connection = get('items', { q: '{{Query*}}' });
    const { url, diagnostics } = await connection.dryRun('Find', { Other: 1 }, { lenient: true });
    expect(url).toBe('https://api.ferrule.test/items');
    expect(diagnostics.map(({ code }) => code)).toEqual(['PARAMETER_MISSING', 'PARAMETER_UNKNOWN']);
  });

  it('cannot shadow a secret', async () => {
    const connection = connectionOf(
      { config: { configType: 'http', method: 'GET', path: 'items', headers: { 'x-key': '<<key>>' } } },
      { key: 'the-real-key' },
    );
    expect((await failureOf(connection.dryRun('Find', { key: 'mine' }))).code).toBe('PARAMETER_UNKNOWN');
    const { headers } = await connection.dryRun('Find', { key: 'mine' }, { lenient: true });
    expect(headers).toContainEqual(['x-key', '[secret]']);
  });

  it('may be named like members of every object', async () => {
    const connection = get('items', { a: '{{constructor}}', b: '{{__proto__}}', c: '{{toString}}' });
    expect(await urlOf(connection, {})).toBe('https://api.ferrule.test/items');
    const given = JSON.parse('{"constructor":"1","__proto__":"2","toString":"3"}');
    expect(await urlOf(connection, given)).toBe('https://api.ferrule.test/items?a=1&b=2&c=3');
  });

  it('take null and undefined for not given', async () => {
    const connection = get('items', { q: '{{Query}}', n: '{{None}}' });
    expect(await urlOf(connection, { Query: null, None: undefined })).toBe('https://api.ferrule.test/items');
  });

  it('follow their declarations: defaults, types and choices', async () => {
    const connection = connectionOf({
      inputs: {
        Limit: { type: 'integer', minimum: 1, maximum: 50, default: 10 },
        Order: { type: 'string', enum: ['asc', 'desc'], required: true },
      },
      config: {
        configType: 'http',
        method: 'GET',
        path: 'items',
        params: { l: '{{Limit}}', o: '{{Order}}' },
      },
    });
    expect(await urlOf(connection, { Order: 'asc' })).toMatch(/\?l=10&o=asc$/);
    expect(await urlOf(connection, { Order: 'desc', Limit: '7' })).toMatch(/\?l=7&o=desc$/);
    const error = await failureOf(connection.dryRun('Find', { Order: 'up', Limit: 51 }));
    expect(error.code).toBe('PARAMETER_INVALID');
    expect(error.issues.map(({ pointer, expected }) => [pointer, expected])).toEqual([
      ['/Limit', 'at most 50'],
      ['/Order', 'one of "asc", "desc"'],
    ]);
    expect(error.message).not.toContain('up');
  });
});

describe('the input schema', () => {
  it('turns hints and declarations into types, and says what is required', () => {
    const connection = connectionOf({
      inputs: { Name: { title: 'Full name', description: 'As in the passport' } },
      config: {
        configType: 'http',
        method: 'POST',
        path: 'users/{{Id}}',
        params: { limit: '{{Limit [0-1000]}}', order: '{{Order [ASC, DESC]}}' },
        body: {
          bodyType: 'raw',
          raw: '{"name": "{{Name*}}", "ok": {{Ok [true/false]}}, "tags": {{Tags [Array of Objects]}}}',
        },
      },
    });
    expect(connection.inputs('Find')).toEqual({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      title: 'Find',
      properties: {
        Id: { title: 'Id' },
        Limit: { title: 'Limit', type: 'integer', minimum: 0, maximum: 1000 },
        Order: { title: 'Order', type: 'string', enum: ['ASC', 'DESC'] },
        Name: { title: 'Full name', description: 'As in the passport' },
        Ok: { title: 'Ok', type: 'boolean' },
        Tags: { title: 'Tags', type: 'array', items: { type: 'object' } },
      },
      required: ['Id', 'Name'],
      additionalProperties: false,
    });
  });

  it('asks for what authentication needs, and never for a secret', () => {
    const connection = createEngine().connection({
      name: 'Acme',
      type: 'http',
      secrets: { pw: 'x' },
      config: {
        configType: 'http',
        baseUrl: 'https://{{Tenant}}.ferrule.test',
        auth: { authType: 'basic', username: '{{User}}', password: '<<pw>>' },
      },
      operations: [{ name: 'Find', config: { configType: 'http', method: 'GET', path: '' } }],
    });
    expect(Object.keys(connection.inputs('Find').properties)).toEqual(['Tenant', 'User']);
    expect(connection.inputs('Find').required).toEqual(['Tenant']);
  });
});
