import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Browser, createBrowser } from './browser.ts';
import { type ConnectWorld, startConnectWorld } from './connect-world.ts';

let world: ConnectWorld;

beforeAll(async () => {
  world = await startConnectWorld();
});

afterAll(() => world.close());

interface Pending {
  readonly id: string;
  readonly browser: Browser;
  /** The answer of the provider, on its way to the callback. */
  readonly answer: URL;
}

/** A connection whose person has consented, and whose browser is about to open the callback. */
async function consent(browser = createBrowser()): Promise<Pending> {
  const id = await world.create('web');
  const { url } = await world.connect(id, browser, { stopAt: world.callback });
  return { id, browser, answer: new URL(url) };
}

/** Opens a changed answer, and says what the page tells and whether the connection has a token. */
async function attack({ id, browser }: Pending, url: URL) {
  const { status, page, headers } = await browser.open(url.href);
  const { body: health } = await world.ask('GET', `/api/connections/${id}/health`);
  return {
    status,
    code: /\(([A-Z_]+)\)/.exec(page)?.[1],
    page,
    location: headers.get('location'),
    tokens: health.tokens.length,
  };
}

describe('an answer of an authorization server', () => {
  it('is good once', async () => {
    const pending = await consent();
    expect((await pending.browser.open(pending.answer.href)).page).toContain('Connected');
    const token = await world.execute(pending.id);
    const replayed = await attack(pending, pending.answer);
    expect(replayed).toMatchObject({ status: 400, code: 'AUTHORIZATION_STATE_INVALID', location: null });
    expect(await world.execute(pending.id)).toBe(token);
  });

  it('is nothing in another browser, and lost for the first one then', async () => {
    const pending = await consent();
    for (const browser of [createBrowser(), pending.browser]) {
      expect(await attack({ ...pending, browser }, pending.answer)).toMatchObject({
        status: 400,
        code: 'AUTHORIZATION_STATE_INVALID',
        tokens: 0,
      });
    }
    expect((await world.stepsOf(pending.id))[0]).toMatchObject({ event: 'failed' });
  });

  it('is nothing with the session of another authorization in the same browser', async () => {
    const one = await consent();
    const other = await consent(one.browser);
    const ours = [...one.browser.cookies].filter(([name]) => name.startsWith('ferrule-connect'));
    expect(ours).toHaveLength(2);
    const [first, second] = ours;
    const swapped = await fetch(one.answer, {
      headers: { cookie: `${first?.[0]}=${second?.[1]}` },
    });
    expect(swapped.status).toBe(400);
    expect((await attack(one, one.answer)).tokens).toBe(0);
    // The other one is none the worse for it.
    expect((await other.browser.open(other.answer.href)).page).toContain('Connected');
  });

  it('cannot be put under the state of another connection', async () => {
    const one = await consent();
    const other = await consent(one.browser);
    const mixed = new URL(one.answer);
    mixed.searchParams.set('state', other.answer.searchParams.get('state') ?? '');
    expect(await attack(one, mixed)).toMatchObject({ status: 400, tokens: 0 });
    expect((await attack(other, other.answer)).tokens).toBe(0);
  });

  it.each([
    ['forged', (state: string) => `${state.slice(0, -1)}${state.endsWith('A') ? 'B' : 'A'}`],
    ['missing', () => ''],
    ['the token of a link', () => 'x'.repeat(43)],
    ['long', () => 'x'.repeat(5000)],
  ])('is nothing under a state that is %s', async (_, change) => {
    const pending = await consent();
    const url = new URL(pending.answer);
    url.searchParams.set('state', change(url.searchParams.get('state') ?? ''));
    expect(await attack(pending, url)).toMatchObject({
      status: 400,
      code: 'AUTHORIZATION_STATE_INVALID',
      tokens: 0,
    });
  });

  it('is nothing after ten minutes, whether the link or the person was late', async () => {
    const pending = await consent();
    const id = await world.create('web');
    const link = await world.linkFor(id);
    world.clock.advance(601_000);
    expect(await attack(pending, pending.answer)).toMatchObject({ status: 400, tokens: 0 });
    const late = await createBrowser().open(link);
    expect([late.status, late.page.includes('AUTHORIZATION_STATE_INVALID')]).toEqual([400, true]);
  });

  it.each([
    ['of another issuer', 'https://login.evil.example'],
    ['that hides its issuer', undefined],
  ])('is nothing when it is one %s (RFC 9207)', async (_, issuer) => {
    const pending = await consent();
    const url = new URL(pending.answer);
    if (issuer === undefined) url.searchParams.delete('iss');
    else url.searchParams.set('iss', issuer);
    expect(await attack(pending, url)).toMatchObject({
      status: 400,
      code: 'AUTHORIZATION_FAILED',
      tokens: 0,
    });
  });

  it('is nothing when a parameter comes twice', async () => {
    const pending = await consent();
    const url = new URL(pending.answer);
    url.searchParams.append('code', 'another');
    expect(await attack(pending, url)).toMatchObject({
      status: 400,
      code: 'AUTHORIZATION_FAILED',
      tokens: 0,
    });
  });

  it('is shown as text, whatever the provider writes', async () => {
    const pending = await consent();
    const url = new URL(pending.answer);
    url.searchParams.delete('code');
    url.searchParams.set('error', '<img src=x onerror=alert(1)>');
    url.searchParams.set('error_description', `</h1><script>alert("1")</script>' & more`);
    const { page, status } = await attack(pending, url);
    expect(status).toBe(400);
    expect(page).not.toMatch(/<script|<img|<\/h1><s/);
    expect(page).toContain('&#60;script&#62;alert(&#34;1&#34;)&#60;/script&#62;&#39; &#38; more');
  });

  it('is shown to nobody who did not begin it', async () => {
    const { page } = await createBrowser().open(
      `${world.callback}?error=x&error_description=call%20me&state=y`,
    );
    expect(page).not.toContain('call me');
  });

  it('is found in no log and no event', async () => {
    const pending = await consent();
    await pending.browser.open(pending.answer.href);
    const token = (await world.execute(pending.id)).replace('Bearer ', '');
    const { body: events } = await world.ask('GET', `/api/connections/${pending.id}/events`);
    const written = JSON.stringify([world.log, events]);
    for (const name of ['code', 'state']) {
      expect(written).not.toContain(pending.answer.searchParams.get(name));
    }
    expect(written).not.toContain(token);
    expect(written).not.toContain('web-secret');
    expect(written).toContain('/oauth/callback');
  });
});

describe('a link', () => {
  it('opens once, in one browser', async () => {
    const link = await world.linkFor(await world.create('web'));
    const first = await createBrowser().open(link, { stopAt: world.oidc.origin });
    expect(first.url).toContain(world.oidc.origin);
    const second = await createBrowser().open(link);
    expect([second.status, second.headers.getSetCookie()]).toEqual([400, []]);
  });

  it('stays good when somebody only asks whether it is there, as mail programs do', async () => {
    const link = await world.linkFor(await world.create('web'));
    expect((await fetch(link, { method: 'HEAD', redirect: 'manual' })).status).toBe(405);
    const opened = await createBrowser().open(link, { stopAt: world.oidc.origin });
    expect(opened.url).toContain(world.oidc.origin);
  });

  it('is nothing when it is made up', async () => {
    const { status, page } = await createBrowser().open(
      `${world.server.origin}/oauth/start/${'x'.repeat(43)}`,
    );
    expect([status, page.includes('AUTHORIZATION_STATE_INVALID')]).toEqual([400, true]);
    const { body: events } = await world.ask('GET', '/api/events?kind=refusal');
    expect(events.map((event: { readonly details: object }) => event.details)).toContainEqual(
      expect.objectContaining({ code: 'AUTHORIZATION_STATE_INVALID', path: '/oauth/start/:token' }),
    );
  });

  it('goes with its connection', async () => {
    const id = await world.create('web');
    const link = await world.linkFor(id);
    await world.ask('DELETE', `/api/connections/${id}`);
    expect((await createBrowser().open(link)).status).toBe(400);
  });
});
