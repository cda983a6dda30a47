import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadFixture } from '../support/fixtures.ts';
import { openWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

it.each(['4f2a9c', '4f^ORactive=true', 'a&b=c #1 "ü"'])(
  'a query language inside a parameter arrives with its carets, and its value is not encoded twice: %j',
  async value => {
    world.login.answerWith({ body: { access_token: 'at_93d7', expires_in: 600 } });
    world.api.answerWith({ body: { result: [{ file_name: 'log.txt', size_bytes: '17' }] } });
    const { api, login, caCert } = world;
    const secrets = { 'Client Secret': 'cs_44e1' };
    const addresses = { api: api.origin, login: login.origin, caCert, secrets };
    const desk = world.engine.connection(loadFixture('it-service-desk', addresses));
    const { outputs } = await desk.execute('List Attachments', { 'System ID': value });
    const { pathname, searchParams } = new URL(world.api.last.url, world.api.origin);
    expect(pathname).toBe('/api/now/attachment');
    expect([...searchParams]).toEqual([['sysparm_query', `element_id=${value}^ORDERBYsys_created_on`]]);
    expect(outputs).toEqual({ Attachments: [{ Name: 'log.txt', Size: 17, Link: '' }] });
  },
);
