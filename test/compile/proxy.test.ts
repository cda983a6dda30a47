import { expect, it } from 'vitest';
import { toExportDocument } from '../../src/definition/to-export-document.ts';
import { createEngine, parseConnection } from '../../src/index.ts';
import { failureOf } from '../support/failure-of.ts';

const define = (config: object) => ({
  name: 'Proxied',
  config: { baseUrl: 'http://localhost/v1', ...config },
  secrets: { Word: 'pass-word', Bound: 'bound-word' },
  operations: [{ name: 'Get', config: { method: 'GET' as const, path: '/x' } }],
});
const compile = async (config: object) => {
  await using engine = createEngine();
  return engine.connection(define(config) as never);
};

it.each([
  ['a scheme that no proxy has', { proxy: 'ftp://proxy:21' }, '/config/proxy', 'no scheme that can be used'],
  ['SOCKS4', { proxy: { url: 'socks4://proxy' } }, '/config/proxy/url', 'no scheme that can be used'],
  ['no scheme', { proxy: 'proxy:3128' }, '/config/proxy', 'no scheme that can be used'],
  [
    'a path',
    { proxy: { url: 'http://proxy:3128/path' } },
    '/config/proxy/url',
    'more than scheme, host and port',
  ],
  [
    'a query',
    { proxy: { url: 'http://proxy:3128?' } },
    '/config/proxy/url',
    'more than scheme, host and port',
  ],
  ['user info', { proxy: { url: 'http://me:hidden@proxy' } }, '/config/proxy/url', 'a user name or password'],
  ['a tag', { proxy: { url: 'http://<<Word>>' } }, '/config/proxy/url', 'is not a template'],
  ['no host', { proxy: { url: 'http://' } }, '/config/proxy/url', 'cannot be read'],
  [
    'an exception that is none',
    { proxy: { url: 'http://proxy', noProxy: ['ok.example', 'http://no'] } },
    '/config/proxy/noProxy/1',
    'needs no proxy',
  ],
  [
    'a certificate that is none',
    { proxy: { url: 'https://proxy', caCert: 'nothing' } },
    '/config/proxy/caCert',
    'certificate',
  ],
  ['an unknown field', { proxy: { url: 'http://proxy', pasword: 'x' } }, '/config/proxy/pasword', 'password'],
  [
    'a secret bound to another host',
    {
      proxy: { url: 'http://proxy.example', password: '<<Bound>>' },
      secretHosts: { Bound: ['api.example'] },
    },
    '/config/secretHosts/Bound',
    'may not be sent to proxy.example',
  ],
  ['a relative path', { socketPath: 'run/a.sock' }, '/config/socketPath', 'cannot be used'],
  ['a path that climbs', { socketPath: '/run/../etc/a.sock' }, '/config/socketPath', 'cannot be used'],
  ['a path that is too long', { socketPath: `/${'a'.repeat(200)}` }, '/config/socketPath', 'cannot be used'],
  ['both', { socketPath: '/run/a.sock', proxy: 'http://proxy' }, '/config/socketPath', 'has no proxy'],
  [
    'a host that callers choose',
    { socketPath: '/run/a.sock', baseUrl: 'http://{{host}}/v1' },
    '/config/socketPath',
    'names no host',
  ],
])('refuses %s, and says where', async (_, config, pointer, message) => {
  const { issues, message: whole } = await failureOf(compile(config));
  expect(issues.map(issue => issue.pointer)).toEqual([pointer]);
  expect(whole).toContain(message);
  expect(whole).not.toContain('hidden');
});

it('takes proxies of every kind, and sockets', async () => {
  for (const scheme of ['http', 'https', 'socks5', 'socks5h', 'HTTP']) {
    await compile({ proxy: `${scheme}://proxy.example:3128/` });
  }
  const noProxy = [
    '*',
    '.a.example',
    '*.b.example:8080',
    '10.0.0.0/8',
    '[::1]:80',
    'fd00::/8',
    'bücher.example',
  ];
  await compile({ proxy: { url: 'http://[fd00::1]:3128', username: 'a', password: '<<Word>>', noProxy } });
  await compile({ socketPath: '/run/docker.sock', baseUrl: 'http://localhost:2375' });
});

it('finds the parameters and secrets in the credentials of a proxy', async () => {
  await using engine = createEngine();
  const inputs = (proxy: object) => {
    const connection = engine.connection(define({ proxy: { url: 'http://proxy', ...proxy } }) as never);
    return Object.keys(connection.inputs('Get').properties ?? {}).sort();
  };
  expect(inputs({ username: '{{Who}}', password: '<<Gone>>' })).toEqual(['Gone', 'Who']);
  expect(inputs({ username: 'me', password: '<<Word>>' })).toEqual([]);
});

it('exports a proxy without what is written out of its credentials', () => {
  const exported = (proxy: unknown) =>
    toExportDocument(parseConnection(define({ proxy }) as never).definition).config.proxy;
  expect(exported({ url: 'http://proxy', username: 'me', password: 'written' })).toMatchObject({
    password: null,
  });
  expect(exported({ url: 'http://proxy', password: '<<Word>>' })).toMatchObject({ password: '<<Word>>' });
  expect(JSON.stringify(exported('http://me:written@proxy') ?? '')).not.toContain('written');
});
