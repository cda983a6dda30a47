import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { SecretValue } from '../../src/base/secret-value.ts';
import { createBypass } from '../../src/transport/proxies/proxy-bypass.ts';
import { proxyFromEnvironment } from '../../src/transport/proxies/proxy-environment.ts';
import {
  createProxyServer,
  type ProxyOptions,
  parseProxyUrl,
} from '../../src/transport/proxies/proxy-server.ts';
import { failureOf } from '../support/failure-of.ts';

const place = { pointer: '/proxy', code: 'OPTIONS_INVALID', nowMs: 0, isExempt: false } as const;
const bypasses = (entry: string, host: string, port = 443) => createBypass([entry], place)({ host, port });

describe('a host needs no proxy', () => {
  it.each([
    ['*', 'anything.example', 'anything'],
    ['example.com', 'example.com', 'notexample.com'],
    ['example.com', 'a.b.example.com', 'example.com.evil.net'],
    ['.example.com', 'a.example.com', 'example.com'],
    ['*.example.com', 'a.b.example.com', 'example.com'],
    ['EXAMPLE.com', 'example.com.', 'example.org'],
    ['bücher.example', 'xn--bcher-kva.example', 'bucher.example'],
    ['10.0.0.5', '10.0.0.5', '10.0.0.50'],
    ['10.0.0.0/8', '10.255.0.1', '11.0.0.1'],
    ['10.0.0.0/8', '::ffff:10.0.0.1', 'ten.example'],
    ['fd00::/8', 'fd12::1', 'fe80::1'],
    ['[::1]', '::1', '::2'],
    ['localhost', 'localhost', 'nolocalhost'],
  ])('by %s when it is %s, and not when it is %s', (entry, host, other) => {
    expect([bypasses(entry, host), entry !== '*' && bypasses(entry, other)]).toEqual([true, false]);
  });

  it.each(['example.com:8080', '10.0.0.0/8:8080', '[::1]:8080', '.example.com:8080'])(
    'by %s at that port only',
    entry => {
      const host = entry.startsWith('[') ? '::1' : entry.startsWith('10') ? '10.1.1.1' : 'a.example.com';
      expect([bypasses(entry, host, 8080), bypasses(entry, host, 443)]).toEqual([true, false]);
    },
  );

  it.each(['', 'http://a', 'a b', 'a/b', 'a:0', 'a:99999', '*a', 'a.*', 'me@host', '[::1'])(
    'is not said by "%s"',
    async entry => {
      const { code, pointer } = await failureOf(() => createBypass(['ok', entry], place));
      expect([code, pointer]).toEqual(['OPTIONS_INVALID', '/proxy/noProxy/1']);
    },
  );

  it('never by an entry for another name, whatever stands before or behind it', () => {
    const label = fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/);
    fc.assert(
      fc.property(label, label, label, (name, other, top) => {
        const rule = createBypass([`${name}.${top}`], place);
        const at = (host: string) => rule({ host, port: 443 });
        expect([at(`${name}.${top}`), at(`${other}.${name}.${top}`)]).toEqual([true, true]);
        expect([
          at(`${other}${name}.${top}`),
          at(`${name}.${top}${other}`),
          at(`${name}.${top}.x-${other}`),
        ]).toEqual([false, false, false]);
      }),
      { numRuns: 100 },
    );
  });
});

test.each([
  ['http://proxy', 'http', 'proxy', 80],
  ['http://Proxy.Example:80/', 'http', 'proxy.example', 80],
  ['https://proxy', 'https', 'proxy', 443],
  ['https://proxy:80', 'https', 'proxy', 80],
  ['socks5://[::1]', 'socks5', '::1', 1080],
  ['SOCKS5H://0x7f.1:80', 'socks5h', '127.0.0.1', 80],
])('%s is read as scheme, host and port', (url, scheme, host, port) => {
  expect(parseProxyUrl(url, place)).toEqual({ scheme, host, port });
});

test('no message about the URL of a proxy repeats it', async () => {
  const canary = 'c4n4ry';
  const urls = [`http://me:${canary}@h`, `${canary}://h`, `http://h/${canary}`, `http://${canary} h`, canary];
  for (const url of urls) {
    const failure = await failureOf(() => createProxyServer({ url }, place));
    expect(JSON.stringify(failure).replace(`"${canary}"`, '')).not.toContain(`:${canary}@`);
    expect(failure.message).not.toContain(`/${canary}`);
  }
});

test.each([
  ['socks5://h', 'x'.repeat(256), 'p', 'username'],
  ['socks5://h', 'u', 'ü'.repeat(128), 'password'],
  ['http://h', 'u:v', 'p', 'username'],
  ['http://h', 'u', 'line\r\nbreak', 'password'],
])('credentials that %s cannot be sent are refused unseen', async (url, username, password, field) => {
  const failure = await failureOf(() => createProxyServer({ url, username, password }, place));
  expect([failure.code, failure.pointer]).toEqual(['CREDENTIAL_INVALID', `/proxy/${field}`]);
  expect(JSON.stringify(failure)).not.toMatch(/xxx|üü|u:v|line/);
});

describe('the environment', () => {
  it('names proxies by scheme, lower case first', () => {
    expect(
      proxyFromEnvironment({
        HTTP_PROXY: 'http://upper',
        http_proxy: 'http://lower:3128',
        HTTPS_PROXY: 'http://secure',
        NO_PROXY: 'localhost, .corp.example,10.*,10.0.0.0/8',
      }),
    ).toEqual({
      http: { url: 'http://lower:3128', noProxy: ['localhost', '.corp.example', '10.0.0.0/8'] },
      https: { url: 'http://secure', noProxy: ['localhost', '.corp.example', '10.0.0.0/8'] },
    });
  });

  it('may leave out the scheme, and holds credentials in the URL', () => {
    const plain = proxyFromEnvironment({ ALL_PROXY: 'me:p%40ss%@proxy:3128' })?.https;
    expect(plain).toMatchObject({ url: 'http://proxy:3128', username: 'me', noProxy: [] });
    expect(revealed(plain)).toBe('p%40ss%');
    const socks = proxyFromEnvironment({ all_proxy: 'socks5h://me:p%40s%3As@proxy' })?.http;
    expect(socks).toMatchObject({ url: 'socks5h://proxy' });
    expect(revealed(socks)).toBe('p@s:s');
  });

  it('shows no password when it is printed', () => {
    const proxies = proxyFromEnvironment({ ALL_PROXY: 'http://me:pass-9d21@proxy' });
    expect(`${inspect(proxies, { depth: 9 })}${JSON.stringify(proxies)}`).not.toContain('pass-9d21');
  });

  it('names none when it is empty, nor HTTP_PROXY under CGI, where strangers set it', () => {
    expect(proxyFromEnvironment({ HTTP_PROXY: '', NO_PROXY: '*' })).toBeUndefined();
    expect(proxyFromEnvironment({ HTTP_PROXY: 'http://evil', REQUEST_METHOD: 'GET' })).toBeUndefined();
    const chosen = proxyFromEnvironment({ http_proxy: 'http://own', REQUEST_METHOD: 'GET' });
    expect(chosen).toEqual({ http: { url: 'http://own', noProxy: [] } });
  });
});

function revealed(options: ProxyOptions | string | undefined): string | undefined {
  const password = typeof options === 'object' ? options.password : undefined;
  return password instanceof SecretValue ? password.reveal() : undefined;
}
