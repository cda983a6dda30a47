import { describe, expect, it } from 'vitest';
import { connectionTo, startWorld, type World } from './server-world.ts';

async function withWorld(work: (world: World, connectionId: string) => Promise<void>): Promise<void> {
  const world = await startWorld();
  try {
    const { body } = await world.ask('POST', '/api/connections', connectionTo(world.system, { secrets: {} }));
    await work(world, body.id);
  } finally {
    await world.close();
  }
}

const execute = (world: World, connectionId: string, path: string, streamResponse = false) => {
  const operation = { config: { configType: 'http', method: 'GET', path, streamResponse } };
  return world.ask('POST', '/api/execute', { connectionId, operation });
};

const settled = (world: World, count: number) => expect.poll(() => world.system.received.length).toBe(count);

describe('stopping the server', () => {
  it('ends what does not finish in time, and tells its callers', () =>
    withWorld(async (world, id) => {
      // Without authentication, so that the one request is the slow one.
      await world.ask('PATCH', `/api/connections/${id}`, { config: { auth: null } });
      const running = execute(world, id, '/slow');
      await settled(world, 1);
      await world.server.stop();
      expect(await running).toMatchObject({ status: 503, body: { errorKey: 'SERVER_STOPPING' } });
    }));

  it('ends streams too, their last event saying why', () =>
    withWorld(async (world, id) => {
      await world.ask('PATCH', `/api/connections/${id}`, { config: { auth: null } });
      const running = execute(world, id, '/events?stay', true);
      await settled(world, 1);
      await world.server.stop();
      const { body } = await running;
      expect(body).toMatch(/event: error\ndata: .*SERVER_STOPPING.*\n\n$/);
    }));

  it('does not wait for connections that clients keep open, and can be asked twice', () =>
    withWorld(async world => {
      await world.ask('GET', '/api/version');
      await Promise.all([world.server.stop(), world.server.stop()]);
      await expect(world.ask('GET', '/api/version')).rejects.toThrow('fetch failed');
    }));
});
