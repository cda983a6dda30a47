import { afterAll, expect, it } from 'vitest';
import { startEchoServer } from '../support/echo-server.ts';
import { startHttpProxy } from '../support/http-proxy.ts';
import { canary, createWorkplace, runCli } from './run-cli.ts';

const workplace = createWorkplace();
afterAll(() => workplace.remove());

it.each(['HTTP_PROXY', 'http_proxy', 'all_proxy'])(
  'goes through the proxy of %s, but for NO_PROXY',
  async name => {
    await using server = await startEchoServer();
    await using proxy = await startHttpProxy({ username: 'user', password: canary });
    const file = workplace.write('echo.json', {
      name: 'Echo',
      config: { baseUrl: server.origin },
      operations: [{ name: 'Get', config: { method: 'GET', path: '/x' } }],
    });
    const url = `http://user:${encodeURIComponent(canary)}@127.0.0.1:${proxy.port}`;
    const through = await runCli(['run', file, 'Get', '--json', '--debug'], { env: { [name]: url } });
    expect([through.code, proxy.asked]).toEqual([0, [`GET ${server.origin}/x`]]);
    const past = await runCli(['run', file, 'Get'], { env: { [name]: url, NO_PROXY: '127.0.0.1' } });
    expect([past.code, proxy.asked.length, server.received.length]).toEqual([0, 1, 2]);
  },
);

it('says what is wrong with the proxy of the environment, and not its password', async () => {
  const file = workplace.write('any.json', {
    name: 'Any',
    config: { baseUrl: 'http://198.51.100.7' },
    operations: [],
  });
  const env = { HTTPS_PROXY: `ftp://user:${encodeURIComponent(canary)}@proxy` };
  const { code, stderr } = await runCli(['test', file], { env });
  expect(code).not.toBe(0);
  expect(stderr).toContain('/proxy/https/url');
});
