import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createFakeClock, type FakeClock } from '../support/fake-clock.ts';
import { connectionTo, startWorld, type World } from './server-world.ts';

let world: World;
let clock: FakeClock;
let ids: { readonly connectionId: string; readonly operationId: string };

beforeAll(async () => {
  clock = createFakeClock();
  world = await startWorld({ parts: { clock } });
  const connectionId = (await world.ask('POST', '/api/connections', connectionTo(world.system))).body.id;
  const operation = { name: 'Events', config: { method: 'GET', path: '/events?stay', streamResponse: true } };
  const created = await world.ask('POST', `/api/connections/${connectionId}/operations`, operation);
  ids = { connectionId, operationId: created.body.id };
});

afterAll(() => world.close());

/** A stream of the key that stays open, and what has come of it. */
async function openStream(key: string) {
  const response = await fetch(`${world.server.origin}/api/execute`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(ids),
  });
  let text = '';
  const reading = (async () => {
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) text += decoder.decode(chunk, { stream: true });
  })();
  return { text: () => text, reading };
}

describe('a stream', () => {
  it('goes on while its key is good, and ends with an error when it was revoked', async () => {
    const created = await world.store.apiKeys.create({ name: 'stream', scopes: ['execute'] });
    const before = world.system.openSockets;
    const { text, reading } = await openStream(created.key.reveal());
    await expect.poll(text).toContain('"n":2');
    const later = () => {
      clock.advance(15_000);
      return text();
    };
    await expect.poll(later).toContain(': still here');
    expect(text()).not.toContain('event: error');
    await world.store.apiKeys.revoke(created.id);
    await expect.poll(later).toContain('event: error\ndata: {"error":"UNAUTHENTICATED');
    await reading;
    expect(world.log).toContainEqual(
      expect.objectContaining({ event: 'refusal', code: 'UNAUTHENTICATED', path: '/api/execute' }),
    );
    await expect.poll(() => world.system.openSockets).toBe(before);
  });
});
