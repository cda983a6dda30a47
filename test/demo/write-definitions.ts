import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Fixture, loadFixture } from '../support/fixtures.ts';
import type { DemoServers } from './demo-servers.ts';

/** Writes the fixtures into a folder, each reaching the demo's servers, and a few that are wrong on purpose. */
export function writeDefinitions(
  folder: string,
  { api, login, oauth, caCert, strangerCert }: DemoServers,
): void {
  const write = (name: string, definition: unknown) =>
    writeFileSync(join(folder, `${name}.json`), JSON.stringify(definition, null, 2));
  const load = (name: string) => loadFixture(name, { api: api.origin, login: login.origin, caCert });
  for (const name of ['service-portal', 'assistant', 'asset-register', 'file-sharing', 'status-page']) {
    write(name, load(name));
  }
  const tokenUrl = oauth.tokenUrl;
  const billing = withAuth(load('billing'), { tokenUrl, clientId: 'billing-demo' });
  write('billing', billing);
  write('it-service-desk', withAuth(load('it-service-desk'), { tokenUrl, clientId: 'desk-demo' }));

  const page = load('status-page');
  write('without-ca', { ...page, config: { ...page.config, caCert: null } });
  write('wrong-ca', { ...page, config: { ...page.config, caCert: strangerCert } });
  write('with-mistakes', {
    name: 'With Mistakes',
    config: { baseURL: api.origin, auth: { authType: 'basic', username: 'jo' } },
    operations: [
      { name: 'Find', config: { method: 'FETCH', path: '/users' }, outputs: { Id: { value: 'body.id +' } } },
    ],
  });
}

function withAuth(fixture: Fixture, changes: Readonly<Record<string, unknown>>): unknown {
  return {
    ...fixture,
    config: { ...fixture.config, auth: { ...(fixture.config['auth'] as object), ...changes } },
  };
}
