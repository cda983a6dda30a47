import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SecretValue } from '../../src/base/secret-value.ts';
import { catchError, expectRefusal } from './refusals.ts';
import { compileUrl, renderUrl, type Values } from './templates.ts';

const base = 'https://api.example.com/v1';

describe('a base URL and a path', () => {
  it.each([
    ['https://a.b/c', 'd', 'https://a.b/c/d'],
    ['https://a.b/c/', '/d', 'https://a.b/c/d'],
    ['https://a.b/c//', '//d/', 'https://a.b/c/d/'],
    ['https://a.b', '/', 'https://a.b/'],
    ['https://a.b', '', 'https://a.b'],
    ['https://a.b/c/', '', 'https://a.b/c/'],
    ['https://a.b/c', '?x=1', 'https://a.b/c?x=1'],
    ['https://a.b/c?k=1', 'd?x=2', 'https://a.b/c/d?k=1&x=2'],
    ['https://a.b/c?k=1', 'd', 'https://a.b/c/d?k=1'],
    ['https://a.b/c/?k=1', '?x=2', 'https://a.b/c/?k=1&x=2'],
    ['https://a.b?', 'd?', 'https://a.b/d?'],
    ['https://a.b/c', '//evil.example/x', 'https://a.b/c/evil.example/x'],
    ['https://a.b/c', 'd/a@b:c', 'https://a.b/c/d/a@b:c'],
    ['HTTP://[::1]:8080/c', 'd', 'HTTP://[::1]:8080/c/d'],
  ])('%s and %j are joined with one slash', (baseUrl, path, expected) => {
    const url = compileUrl(baseUrl, path);
    expect(url.isConstant).toBe(true);
    expect(url.render({})).toBe(expected);
  });

  it('keep static text but for what the URL standard encodes', () => {
    const path = '/a%20b/%7e/é "<>`{}^|~/100%/;v=1,2?q=a+b\'c^d{e}&r=%26&s=é';
    const rendered = renderUrl(base, path);
    expect(rendered).toBe(
      `${base}/a%20b/%7e/%C3%A9%20%22%3C%3E%60%7B%7D%5E|~/100%25/;v=1,2?q=a+b%27c^d{e}&r=%26&s=%C3%A9`,
    );
    expect(new URL(rendered).href).toBe(rendered);
  });

  it.each([
    ['/a#b', 'URL_INVALID', /fragment/],
    ['/a\\b', 'URL_INVALID', /backslash/],
    ['/a\nb', 'URL_INVALID', /control character at line 1, column 3/],
    ['/a/../b', 'URL_INVALID', /"\.\."/],
    ['./b', 'URL_INVALID', /segment/],
    ['/a/%2E%2e', 'URL_INVALID', /segment/],
    ['/{{x}}/../b', 'URL_INVALID', /segment/],
    ['/{{x}}/..?y', 'URL_INVALID', /segment/],
    ['https://other.example/x', 'TEMPLATE_PLACE', /belongs into baseUrl/],
    ['http://{{x}}/', 'TEMPLATE_PLACE', /belongs into baseUrl/],
    ['/{{#a}}', 'TEMPLATE_SYNTAX', /not closed/],
  ] as const)('refuse the path %j', (path, code, words) => {
    expectRefusal(() => compileUrl(base, path), code, words);
  });

  it.each([
    ['', /http/],
    ['api.example.com', /does not begin with http/],
    ['ftp://a.b', /does not begin with http/],
    ['https:/a.b', /does not begin with http/],
    ['https://user:pw@a.b', /belong into auth/],
    ['https://{{u}}:{{p}}@a.b', /put them into auth/],
    ['https://a.b/#x', /fragment/],
    [' https://a.b', /white space/],
    ['https://a b', /white space/],
    ['https://', /no valid host/],
    ['https://a..b', /no valid host/],
    ['https://a.b:99999', /no valid host/],
    ['https://a.b/x/../y', /segment/],
    ['https://a.b\\c', /host|backslash/],
    ['{{host}}:8080/x', /names no scheme/],
    ['ftp://{{host}}', /scheme/],
    ['https://a..b/{{host}}', /no valid host/],
    ['https://{{host}}#', /fragment/],
    ['https://a..{{host}}:x/', /./],
  ])('refuse the base URL %j and say why', (baseUrl, words) => {
    const error = catchError(() => compileUrl(baseUrl).render({ host: 'h' }));
    expect(['URL_INVALID', 'VALUE_REFUSED']).toContain(error.code);
    expect(error.message).toMatch(words);
    expect(error.message).not.toContain('pw');
    expect(error.pointer).toBe('/config/baseUrl');
  });
});

describe('values in a path', () => {
  it('stay one segment', () => {
    expect(renderUrl(base, '/users/{{id}}/<<x>>-a', { id: 'a/b?c#d%2F e', x: 5 })).toBe(
      `${base}/users/a%2Fb%3Fc%23d%252F%20e/5-a`,
    );
  });

  it.each(['', '.', '..', undefined])('cannot leave the segment %j', value => {
    expectRefusal(() => renderUrl(base, '/users/{{id}}/posts', { id: value }), 'VALUE_REFUSED', /"id"/);
    expectRefusal(() => renderUrl(base, '/users/{{{id}}}', { id: value }), 'VALUE_REFUSED', /"id"/);
  });

  it('cannot make a dot segment together with each other or with static text', () => {
    expectRefusal(() => renderUrl(base, '/{{a}}{{b}}', { a: '.', b: '.' }), 'VALUE_REFUSED', /"a", "b"/);
    expectRefusal(() => renderUrl(base, '/%2e{{a}}', { a: '.' }), 'VALUE_REFUSED');
    expectRefusal(() => renderUrl(base, '/x/.{{a}}?y', { a: '' }), 'VALUE_REFUSED');
    expect(renderUrl(base, '/{{a}}{{b}}/x{{c}}', { a: '.', b: 'b' })).toBe(`${base}/.b/x`);
  });

  it('inserted raw may hold several segments and nothing else', () => {
    expect(renderUrl(base, '/files/{{{p}}}', { p: 'a/b%20c d?e#f' })).toBe(
      `${base}/files/a/b%20c%20d%3Fe%23f`,
    );
    for (const p of ['../x', 'a/%2e%2E/b', 'a/..%2fb', '..\\x', '%2e%2e%5cx']) {
      expectRefusal(() => renderUrl(base, '/files/{{{p}}}', { p }), 'VALUE_REFUSED', /"p"|path segment/);
    }
  });

  it('are single values', () => {
    expectRefusal(() => renderUrl(base, '/{{a}}/x', { a: [1] }), 'PARAMETER_INVALID', /"a".*the path/);
    expectRefusal(() => renderUrl(base, '{{a}}', { a: {} }), 'PARAMETER_INVALID');
    expectRefusal(() => renderUrl(base, '/{{a}}', { a: '\udc00' }), 'PARAMETER_INVALID', /surrogate/);
  });

  it('may be left out with a section', () => {
    expect(renderUrl(base, '/users{{#id}}/{{id}}{{/id}}', {})).toBe(`${base}/users`);
    expect(renderUrl(base, '/users{{#id}}/{{id}}{{/id}}', { id: 7 })).toBe(`${base}/users/7`);
  });

  it('behind a question mark are values of the query', () => {
    const url = compileUrl(`${base}?k={{k}}`, '/s/{{p}}?q={{q}}&{{n}}={{v}}&r=x{{{r}}}');
    expect(url.render({ k: 'k&', p: 'p&', q: ['a', '&'], n: 'n=', v: '', r: 'a%20b&c' })).toBe(
      `${base}/s/p%26?k=k%26&q=%5B%22a%22%2C%22%26%22%5D&n%3D=&r=xa%20b%26c`,
    );
    expect(url.references.map(({ place, queryName }) => [place, queryName])).toEqual([
      ['query', 'k'],
      ['path', undefined],
      ['query', 'q'],
      ['query', undefined],
      ['query', undefined],
      ['query', 'r'],
    ]);
  });

  it('are values of the query wherever a section may have begun it', () => {
    expect(renderUrl(base, '/a{{#q}}?q={{q}}{{/q}}{{^q}}/{{x}}{{/q}}', { x: 'a/b&c' })).toBe(
      `${base}/a/a%2Fb%26c`,
    );
  });
});

describe('a path that is one tag', () => {
  it.each([
    ['users/1?x=1&y=a b', '/users/1?x=1&y=a%20b'],
    ['/users/é/%20/100%', '/users/%C3%A9/%20/100%25'],
    ['?x=1', '?x=1'],
    ['a//b', '/a//b'],
    ['a/b:c@d', '/a/b:c@d'],
    ['x?u=https://y/../z', '/x?u=https://y/../z'],
    ['', ''],
  ])('takes the relative reference %j', (value, expected) => {
    expect(renderUrl(base, '{{p}}', { p: value })).toBe(base + expected);
    expect(renderUrl(base, '<<&p>>', { p: value })).toBe(base + expected);
  });

  it.each([
    ['https://evil.example/', /scheme/],
    ['javascript:x', /scheme/],
    ['//evil.example/', /another host/],
    ['/\\evil.example', /backslash/],
    ['a/../../b', /path segment/],
    ['%2e%2e/b', /path segment/],
    ['a/..%2f..%5cb', /path segment/],
    ['..', /path segment/],
    ['a#b', /fragment/],
    ['a\r\nb', /control/],
    ['\t//evil.example', /control/],
  ])('refuses %j', (value, words) => {
    expectRefusal(() => renderUrl(base, '{{p}}', { p: value }), 'VALUE_REFUSED', words);
  });
});

describe('a base URL with tags', () => {
  it('takes host, subdomain, port, scheme and path from values', () => {
    const url = '{{s}}://{{sub}}.example.com:{{port}}/{{tenant}}/v1/';
    expect(renderUrl(url, 'x', { s: 'http', sub: 'eu.west', port: 8080, tenant: 'a/b' })).toBe(
      'http://eu.west.example.com:8080/a%2Fb/v1/x',
    );
    expect(renderUrl('https://{{host}}/api', 'x', { host: new SecretValue('[::1]:8443') })).toBe(
      'https://[::1]:8443/api/x',
    );
    expect(renderUrl('https://{{#eu}}eu.{{/eu}}a.b?k={{k}}', 'x', { eu: true, k: 1 })).toBe(
      'https://eu.a.b/x?k=1',
    );
  });

  it.each([
    'evil.com/',
    'evil.com?',
    'evil.com#',
    'user@evil.com',
    'a b',
    'a\\b',
    'a%2fb',
    'evil.com:80',
    ':80',
    '',
    '.',
    'a..b',
    '[::1]',
    'a\n',
    '℀',
  ])('stays below its domain when the value is %j', value => {
    expectRefusal(() => renderUrl('https://{{sub}}.example.com/api', '', { sub: value }), 'VALUE_REFUSED');
  });

  it('refuses what would not stay one port or a web scheme', () => {
    for (const port of ['', '80/x', '80@evil', '99999', 'x']) {
      expectRefusal(() => renderUrl('https://a.b:{{port}}', '', { port }), 'VALUE_REFUSED');
    }
    for (const s of ['ftp', 'https://evil.com/', '', 'javascript']) {
      expectRefusal(() => renderUrl('{{s}}://a.b', '', { s }), 'VALUE_REFUSED', /http and https/);
    }
  });

  it('may be one tag whose value is a whole URL', () => {
    expect(renderUrl('<<url>>', 'x', { url: 'https://a.b/c/?k=1' })).toBe('https://a.b/c/x?k=1');
    expect(renderUrl('{{url}}/services/{{v}}', '/x', { url: 'https://a.b/', v: 2 })).toBe(
      'https://a.b/services/2/x',
    );
    expect(compileUrl('<<url>>').references).toMatchObject([{ place: 'host', name: 'url' }]);
  });

  it.each([
    'a.b',
    'ftp://a.b',
    'https://u:p@a.b',
    'https://a.b/#f',
    'https://a.b/x y',
    'https:\\\\a.b',
    'https://a.b/../c',
    '//a.b',
    '',
    'https://a.b\n',
    undefined,
  ])('refuses %j as a whole URL and does not show it', value => {
    const error = catchError(() => renderUrl('<<url>>', 'x', { url: value }));
    expect(error).toMatchObject({ code: 'URL_INVALID', stage: 'render', pointer: '/config/baseUrl' });
    expect(error.message).not.toContain('a.b');
  });

  it('refuses a query in the value when more path follows', () => {
    expectRefusal(() => renderUrl('<<url>>/x', '', { url: 'https://a.b?x' }), 'URL_INVALID', /query/);
  });
});

/** Text of the characters that matter in URLs, and any other. */
const hostile = fc.oneof(
  fc.string({
    unit: fc.constantFrom(
      '.',
      '/',
      '\\',
      '?',
      '#',
      '@',
      ':',
      '%',
      '2',
      'e',
      '&',
      '=',
      ' ',
      '\n',
      'a',
      '[',
      'é',
      ';',
    ),
  }),
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '..',
    '.',
    '//evil.example',
    'https://evil.example',
    '%2e%2e',
    '\u0000',
    '\uffff',
    '℀',
    '．．',
    '<<b>>',
    '{{b}}',
  ),
);

describe('any value', () => {
  it('keeps host, segments and query names of the URL, and comes back decoded', () => {
    fc.assert(
      fc.property(hostile, hostile, (a, b) => {
        const parsed = tryUrl(base, '/x/{{a}}/y-{{b}}/z?q={{a}}&r=1{{b}}', { a, b });
        if (parsed === undefined) return ['', '.', '..'].includes(a);
        const segments = parsed.pathname.split('/');
        expect([parsed.origin, segments.length, parsed.hash, parsed.username]).toEqual([
          'https://api.example.com',
          6,
          '',
          '',
        ]);
        expect([segments[3], segments[4]].map(part => decodeURIComponent(part ?? ''))).toEqual([a, `y-${b}`]);
        expect([...parsed.searchParams]).toEqual([
          ['q', a],
          ['r', `1${b}`],
        ]);
        return true;
      }),
      { seed: 51, numRuns: 1_500 },
    );
  });

  it('stays on the host and below the base path, raw or as the whole path', () => {
    fc.assert(
      fc.property(
        hostile,
        fc.constantFrom('{{v}}', '{{{v}}}', '/{{{v}}}', 'a{{{v}}}/b', '{{{v}}}{{{v}}}'),
        (v, path) => {
          const parsed = tryUrl(`${base}/`, path, { v });
          if (parsed === undefined) return;
          expect(parsed.origin).toBe('https://api.example.com');
          expect(`${parsed.pathname}/`.startsWith('/v1/')).toBe(true);
          expect(parsed.hash).toBe('');
        },
      ),
      { seed: 52, numRuns: 1_500 },
    );
  });

  it('leaves the host what the author said it is', () => {
    fc.assert(
      fc.property(hostile, hostile, (sub, tenant) => {
        const parsed = tryUrl('https://{{sub}}.example.com/{{tenant}}/api', 'x', { sub, tenant });
        if (parsed === undefined) return;
        expect(parsed.hostname.endsWith('.example.com')).toBe(true);
        expect([parsed.port, parsed.username, parsed.password, parsed.hash, parsed.search]).toEqual([
          '',
          '',
          '',
          '',
          '',
        ]);
        expect(parsed.pathname.split('/').map(decodeURIComponent)).toEqual(['', tenant, 'api', 'x']);
      }),
      { seed: 53, numRuns: 1_500 },
    );
  });

  it('as a whole base URL is a web address without user info', () => {
    fc.assert(
      fc.property(hostile, fc.constantFrom('', 'https://', 'http://a.b', 'https://a.b/'), (v, prefix) => {
        const parsed = tryUrl('<<url>>', 'x', { url: prefix + v });
        if (parsed === undefined) return;
        expect(parsed.protocol).toMatch(/^https?:$/);
        expect([parsed.username, parsed.password, parsed.hash]).toEqual(['', '', '']);
      }),
      { seed: 54, numRuns: 1_500 },
    );
  });
});

function tryUrl(baseUrl: string, path: string, values: Values): URL | undefined {
  const rendered = refusedOr(() => renderUrl(baseUrl, path, values));
  return rendered === undefined ? undefined : new URL(rendered);
}

const refusals = ['VALUE_REFUSED', 'URL_INVALID', 'PARAMETER_INVALID'];

function refusedOr(work: () => string): string | undefined {
  try {
    return work();
  } catch (error) {
    expect(refusals).toContain((error as { code?: string }).code);
    return undefined;
  }
}
