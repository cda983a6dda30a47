import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectionTo, startWorld, type World } from './server-world.ts';

let world: World;

beforeAll(async () => {
  world = await startWorld();
});

afterAll(() => world.close());

describe('connections of the server', () => {
  it('are created, read, listed, changed and deleted', async () => {
    const created = await world.ask('POST', '/api/connections', connectionTo(world.system));
    expect(created.status).toBe(200);
    const { id } = created.body;
    expect(created.body.secrets).toEqual({ 'API Key': null, 'Client Secret': null });
    expect((await world.ask('GET', `/api/connections/${id}`)).body).toEqual(created.body);
    expect((await world.ask('GET', '/api/connections')).body).toContainEqual(created.body);
    const changed = await world.ask('PATCH', `/api/connections/${id}`, { description: 'Changed' });
    expect(changed.body).toMatchObject({ description: 'Changed', name: 'Acme', lockVersion: 2 });
    expect((await world.ask('DELETE', `/api/connections/${id}`)).status).toBe(200);
    const gone = await world.ask('GET', `/api/connections/${id}`);
    expect([gone.status, gone.body]).toEqual([404, { error: 'Not Found', errorKey: ':not_found' }]);
  });
});
