import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SecretValue } from '../../src/base/secret-value.ts';
import { bindParameters } from '../../src/compile/bind-parameters.ts';
import { compileConnection } from '../../src/compile/connection-plan.ts';
import { renderRequest } from '../../src/compile/render-request.ts';
import { SharedParts } from '../../src/compile/shared-parts.ts';
import { parseConnection } from '../../src/definition/parse-connection.ts';
import type { ConnectionInput } from '../../src/index.ts';
import { failureOf } from '../support/failure-of.ts';
import { createTestAuthority } from '../support/test-authority.ts';

const DAY_MS = 86_400_000;

type Outputs = NonNullable<NonNullable<ConnectionInput['operations']>[number]['outputs']>;

function open(
  config: Partial<ConnectionInput['config']>,
  operations: ConnectionInput['operations'] = [],
  secrets: NonNullable<ConnectionInput['secrets']> = {},
) {
  const definition: ConnectionInput = {
    name: 'Acme',
    config: { baseUrl: 'https://api.ferrule.test', ...config },
    secrets,
    operations,
  };
  return (shared: SharedParts, nowMs = Date.now()) =>
    compileConnection(parseConnection(definition), { shared, nowMs }).plan;
}

const reading = (value: string, headers: Readonly<Record<string, string>> = {}) =>
  [{ name: 'o', config: { method: 'GET', path: 'a', headers }, outputs: { x: { value } } }] as const;

interface Made {
  readonly headers: Readonly<Record<string, string>>;
  readonly params: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, string>> | undefined;
  readonly secrets: Readonly<Record<string, string>>;
  readonly templateTags: ('<<>>' | '{{}}')[];
}

/** What a definition sends for values that tell each parameter apart, with plans from `shared`. */
function requestOf({ headers, params, body, secrets, templateTags }: Made, shared: SharedParts) {
  const config = {
    method: 'POST',
    path: 'a',
    headers,
    params,
    ...(body === undefined ? {} : { body: { bodyType: 'www_form_urlencoded', form: body } }),
  } as const;
  const definition = { name: 'Acme', config: { baseUrl: 'https://api.ferrule.test', templateTags }, secrets };
  const parsed = parseConnection({ ...definition, operations: [{ name: 'o', config }] });
  const { plan, secrets: values } = compileConnection(parsed, { shared, nowMs: 0 });
  const operation = plan.operations.get('o');
  if (operation === undefined) throw new TypeError('the operation is gone');
  const given = Object.fromEntries(
    operation.parameters.list.map(({ name, base }) => [name, base.charCodeAt(0)]),
  );
  const { values: parameters } = bindParameters(operation.parameters, given, false);
  return renderRequest(operation.request, { parameters, secrets: onlyGiven(values) });
}

function onlyGiven(secrets: ReadonlyMap<string, SecretValue | null>): ReadonlyMap<string, SecretValue> {
  return new Map([...secrets].flatMap(([name, value]) => (value === null ? [] : [[name, value]])));
}

describe('connections of one engine', () => {
  it('have equal expressions at equal places in common, and no others', () => {
    const shared = new SharedParts(true);
    const [one, equal, other] = ['body.a', 'body.a', 'body.b'].map(value =>
      open({}, reading(value))(shared).operations.get('o'),
    );
    expect(equal?.outputs[0]?.value).toBe(one?.outputs[0]?.value);
    expect(other?.outputs[0]?.value.source).toBe('body.b');
  });

  it('have whole lists of outputs in common where they are equal, and read the same way', () => {
    const shared = new SharedParts(true);
    const outputsOf = (outputs: Outputs) =>
      open({}, [{ name: 'o', config: { method: 'GET', path: 'a' }, outputs }])(shared).operations.get('o')
        ?.outputs;
    const first = outputsOf({ x: { value: 'body.a' } });
    expect(outputsOf({ x: { value: 'body.a' } })).toBe(first);
    expect(outputsOf({ y: { value: 'body.a' } })?.[0]?.name).toBe('y');
    expect(outputsOf({ x: { value: 'body.a', language: 'jsonata' } })).not.toBe(first);
    const withChildren = outputsOf({ x: { value: 'body.a', children: { y: 'current.z' } } });
    expect([...(withChildren?.[0]?.children?.keys() ?? [])]).toEqual(['y']);
  });

  it('have URLs without tags in common where they are equal, and refuse a wrong one each time', async () => {
    const shared = new SharedParts(true);
    const urlOf = (baseUrl: string, path: string) =>
      open({ baseUrl }, [{ name: 'o', config: { method: 'GET', path } }])(shared).operations.get('o')?.request
        .url;
    const first = urlOf('https://api.ferrule.test', 'a');
    expect(urlOf('https://api.ferrule.test', 'a')).toBe(first);
    expect(urlOf('https://api.ferrule.test', 'b')).not.toBe(first);
    expect(urlOf('https://eu.ferrule.test', 'a')).not.toBe(first);
    expect(urlOf('https://api.ferrule.test', '<<a>>')).not.toBe(urlOf('https://api.ferrule.test', '<<a>>'));
    for (const _time of [1, 2]) {
      const error = await failureOf(() => urlOf('ftp://api.ferrule.test', 'a'));
      expect(error.issues.map(({ pointer }) => pointer)).toEqual(['/config/baseUrl']);
    }
  });

  it('refuse the wrong expression of a child each time', async () => {
    const shared = new SharedParts(true);
    const config = { method: 'GET', path: 'a' } as const;
    const outputs = { x: { value: 'body.a', children: { y: 'current.' } } };
    for (const _time of [1, 2]) {
      const error = await failureOf(() => open({}, [{ name: 'o', config, outputs }])(shared));
      expect(error.issues.map(({ pointer }) => pointer)).toEqual(['/operations/0/outputs/x/children/y']);
    }
  });

  it('refuse a wrong expression or text each time, wherever it was refused before', async () => {
    const shared = new SharedParts(true);
    for (const _time of [1, 2]) {
      const error = await failureOf(() => open({}, reading('body.', { a: 'x\ny' }))(shared));
      expect(error.issues.map(({ code }) => code).sort()).toEqual(['EXPRESSION_SYNTAX', 'HEADER_INVALID']);
    }
  });

  it('read a text by their own tags, though it is constant for another', () => {
    const shared = new SharedParts(true);
    const operations = reading('body', { a: '<<Name>>' });
    const plain = open({ templateTags: ['{{}}'] }, operations)(shared).operations.get('o');
    const tagged = open({}, operations)(shared).operations.get('o');
    expect(plain?.parameters.list).toEqual([]);
    expect(tagged?.parameters.list.map(({ name }) => name)).toEqual(['Name']);
  });

  it('have texts with parameters in common where their tags mean the same', () => {
    const shared = new SharedParts(true);
    const headerOf = (headers: Readonly<Record<string, string>>, secrets = {}) =>
      open(
        {},
        reading('body', headers),
        secrets,
      )(shared)
        .operations.get('o')
        ?.request.headers.find(({ name }) => name === 'b')?.text;
    const first = headerOf({ b: 'x <<Name>>' });
    expect(headerOf({ b: 'x <<Name>>' })).toBe(first);
    expect(headerOf({ b: 'x <<name>>' })).not.toBe(first);
    // Another parameter comes first, so that the number of this one is another.
    expect(headerOf({ a: '<<Other>>', b: 'x <<Name>>' })).not.toBe(first);
    expect(headerOf({ b: 'x <<Name>>' }, { Name: 'hush-hush' })).not.toBe(first);
  });

  it('have whole lists of headers in common, unless one of them draws on a secret', () => {
    const shared = new SharedParts(true);
    const headersOf = (headers: Readonly<Record<string, string>>) =>
      open({}, reading('body', headers), { Key: 'hush-hush' })(shared).operations.get('o')?.request.headers;
    const first = headersOf({ a: 'x', b: '<<Name>>' });
    expect(headersOf({ a: 'x', b: '<<Name>>' })).toBe(first);
    expect(headersOf({ c: 'x', b: '<<Name>>' })).not.toBe(first);
    expect(headersOf({ a: '<<Key>>' })).not.toBe(headersOf({ a: '<<Key>>' }));
  });

  it('send what each would send by itself', () => {
    const text = fc.constantFrom(
      '<<A>>',
      '<<B>>',
      'x <<A>>',
      '<<A [integer]>>',
      '{{A}}',
      '{{<<A>>}}',
      '<<A>><<B>>',
      '<<#A>>y<</A>>',
    );
    const made = fc.record({
      headers: fc.dictionary(fc.constantFrom('a', 'b', 'c'), text),
      params: fc.dictionary(fc.constantFrom('a', 'b'), text),
      body: fc.option(fc.dictionary(fc.constantFrom('a', 'b'), text), { nil: undefined }),
      secrets: fc.dictionary(fc.constantFrom('A', 'B'), fc.constantFrom('one-secret', 'two-secret')),
      templateTags: fc.subarray(['<<>>', '{{}}'] as const, { minLength: 1 }),
    });
    fc.assert(
      fc.property(fc.array(made, { minLength: 2, maxLength: 6 }), definitions => {
        const shared = new SharedParts(true);
        for (const definition of definitions) {
          expect(requestOf(definition, shared)).toEqual(requestOf(definition, new SharedParts(true)));
        }
      }),
      { numRuns: 400 },
    );
  });

  it('trust alike where their authorities are the same, which are judged each time', async () => {
    const shared = new SharedParts(true);
    const one = createTestAuthority().cert;
    const other = createTestAuthority().cert;
    const first = open({ caCert: one })(shared);
    expect(open({ caCert: `${one}\n` })(shared).trust).toBe(first.trust);
    expect(open({ caCert: other })(shared).trust.key).not.toBe(first.trust.key);
    const later = await failureOf(() => open({ caCert: one })(shared, Date.now() + 40_000 * DAY_MS));
    expect(later.issues[0]?.code).toBe('CERTIFICATE_INVALID');
  });
});
