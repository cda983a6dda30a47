import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBrowser } from './browser.ts';
import { type ConnectWorld, RETURN_ORIGIN, startConnectWorld } from './connect-world.ts';

let world: ConnectWorld;

beforeAll(async () => {
  world = await startConnectWorld();
});

afterAll(() => world.close());

/** Machines that do much else take their time. */
const LOADED = { timeout: 5_000 };

const statusOf = async (id: string) => (await world.ask('GET', `/api/connections/${id}/health`)).body;

describe('a connection that a person authorises', () => {
  it.each(['web', 'public'] as const)('works afterwards, as the client %s', async client => {
    const id = await world.create(client);
    expect(await statusOf(id)).toMatchObject({ state: 'pending', tokens: [] });
    expect(await world.execute(id)).toBe('TOKEN_NEEDS_REAUTH');
    expect(await statusOf(id)).toMatchObject({ state: 'needs_reauth', healthy: false });
    const browser = createBrowser();
    const visited = await world.connect(id, browser);
    expect([visited.status, new URL(visited.url).pathname]).toEqual([200, '/oauth/callback']);
    expect(visited.page).toContain('<h1>Connected</h1>');
    expect(browser.filled).toContain('login');
    expect(await world.execute(id)).toMatch(/^Bearer \S{20,}$/);
    expect(await statusOf(id)).toMatchObject({
      state: 'active',
      healthy: true,
      tokens: [{ needsReauth: false }],
    });
    expect(await world.stepsOf(id)).toEqual([
      { event: 'connected', renewable: true, scope: 'openid offline_access' },
      { event: 'link_made', principal: expect.stringMatching(/^key:/) },
    ]);
  });

  it('is told by page and cookie nothing that scripts or other sites could use', async () => {
    const id = await world.create('web');
    const browser = createBrowser();
    const { headers, page } = await world.connect(id, browser);
    expect(headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; style-src 'sha256-\S+'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'$/,
    );
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(page).not.toMatch(/<script|<img|<link|http/);
    const [set, cleared] = browser.cookieLines.filter(line => line.includes('ferrule-connect'));
    expect(set).toMatch(
      /^ferrule-connect-[0-9a-f]{16}=[\w-]{43}; Path=\/; Max-Age=600; HttpOnly; SameSite=Lax$/,
    );
    expect(cleared).toMatch(/^ferrule-connect-[0-9a-f]{16}=; Path=\/; Max-Age=0; HttpOnly; SameSite=Lax$/);
  });

  it('is led back to where the client wanted it, with the identifiers', async () => {
    const id = await world.create('web');
    const returnUrl = `${RETURN_ORIGIN}/done?tab=2&status=mine`;
    const browser = createBrowser();
    const link = await world.linkFor(id, { returnUrl });
    const { url, status } = await browser.open(link, { stopAt: RETURN_ORIGIN });
    expect([url, status]).toEqual([`${RETURN_ORIGIN}/done?tab=2&connectionId=${id}&status=connected`, 303]);
    const refused = await createBrowser().open(await world.linkFor(id, { returnUrl }), {
      stopAt: world.callback,
    });
    const state = new URL(refused.url).searchParams.get('state');
    // Another browser knows the URL, and is led nowhere.
    const stranger = await createBrowser().open(`${world.callback}?error=access_denied&state=${state}`);
    expect([stranger.status, stranger.headers.get('location')]).toEqual([400, null]);
  });

  it('is led back with the code of the error when the provider says no', async () => {
    const id = await world.create('web');
    const browser = createBrowser();
    const link = await world.linkFor(id, { returnUrl: `${RETURN_ORIGIN}/done` });
    const { url } = await browser.open(link, { stopAt: world.callback });
    const answer = new URL(url);
    answer.searchParams.delete('code');
    answer.searchParams.set('error', 'access_denied');
    const back = await browser.open(answer.href, { stopAt: RETURN_ORIGIN });
    expect(back.url).toBe(
      `${RETURN_ORIGIN}/done?connectionId=${id}&status=failed&error=AUTHORIZATION_FAILED`,
    );
    expect((await world.stepsOf(id))[0]).toMatchObject({ event: 'failed', code: 'AUTHORIZATION_FAILED' });
  });

  it('can be authorised again as somebody else, though the browser is logged in', async () => {
    const id = await world.create('web');
    const browser = createBrowser();
    await world.connect(id, browser, { fill: { login: 'ada' } });
    const first = await world.execute(id);
    const seen = browser.filled.length;
    await world.connect(id, browser);
    expect(browser.filled.slice(seen)).not.toContain('login');
    const link = await world.linkFor(id, { switchAccount: true, loginHint: 'grace' });
    const asked = await browser.open(link, { stopAt: world.oidc.origin });
    const { searchParams } = new URL(asked.url);
    expect([searchParams.get('prompt'), searchParams.get('login_hint')]).toEqual(['consent login', 'grace']);
    const again = await browser.open(asked.url, { fill: { login: 'grace' } });
    expect(again.page).toContain('Connected');
    expect(browser.filled.slice(seen)).toContain('login');
    expect(await world.execute(id)).not.toBe(first);
  });

  it('has its token renewed by the server while nobody calls, with rotation of the refresh token', async () => {
    const id = await world.create('web');
    await world.connect(id);
    const seen = new Set([await world.execute(id)]);
    for (const _ of [1, 2]) {
      const [before] = await world.store.tokens.read(id);
      world.clock.advance(61_000);
      await expect
        .poll(async () => {
          world.clock.advance(1_000);
          const [now] = await world.store.tokens.read(id);
          return now?.token.refreshToken?.equals(before?.token.refreshToken ?? now.token.value);
        }, LOADED)
        .toBe(false);
      seen.add(await world.execute(id));
    }
    expect(seen.size).toBe(3);
    const { body: events } = await world.ask('GET', `/api/connections/${id}/events?kind=token`);
    const renewals = events.filter(
      (each: { details: { event: string; reason: string } }) => each.details.reason === 'issued',
    );
    expect(renewals).toHaveLength(2);
  });

  it('keeps its authorization when it is renamed', async () => {
    const id = await world.create('public');
    await world.connect(id);
    const before = await world.execute(id);
    await world.ask('PATCH', `/api/connections/${id}`, { name: 'Another name' });
    expect(await world.execute(id)).toBe(before);
  });
});

describe('a link to authorise a connection', () => {
  it('says what the provider must know, and when it ends', async () => {
    const id = await world.create('web');
    const { status, body } = await world.ask('POST', `/api/connections/${id}/authorize`);
    expect([status, body.callbackUrl]).toEqual([200, world.callback]);
    expect(body.url).toMatch(/\/oauth\/start\/[\w-]{43}$/);
    expect(Date.parse(body.expiresAt)).toBe(world.clock.now() + 600_000);
  });

  it('is not made when the answer would not come back here, and the error says what to write', async () => {
    const id = await world.create('web', { redirectUri: 'https://elsewhere.example/callback' });
    const { status, body } = await world.ask('POST', `/api/connections/${id}/authorize`);
    expect([status, body.errorKey]).toEqual([400, 'AUTHORIZATION_UNSUPPORTED']);
    expect(body.error).toContain(world.callback);
  });

  it.each([
    ['that authenticates in another way', { auth: { authType: 'basic', username: 'a', password: 'b' } }],
    [
      'whose grant needs nobody',
      {
        auth: {
          authType: 'client_credentials',
          tokenUrl: 'https://x.example',
          clientId: 'a',
          clientSecret: 'b',
        },
      },
    ],
  ])('is not made for a connection %s', async (_, config) => {
    const id = await world.create('web');
    expect((await world.ask('PATCH', `/api/connections/${id}`, { config })).status).toBe(200);
    const { status, body } = await world.ask('POST', `/api/connections/${id}/authorize`);
    expect([status, body.errorKey]).toEqual([400, 'AUTHORIZATION_UNSUPPORTED']);
  });

  it.each([
    [{ returnUrl: 'https://evil.example/' }, '/returnUrl'],
    [{ returnUrl: `${RETURN_ORIGIN}.evil.example/` }, '/returnUrl'],
    [{ returnUrl: 'https://app.example.com@evil.example/' }, '/returnUrl'],
    [{ returnUrl: 'https://me:x@app.example.com/' }, '/returnUrl'],
    [{ returnUrl: 'http://app.example.com/' }, '/returnUrl'],
    [{ returnUrl: 'javascript:alert(1)' }, '/returnUrl'],
    [{ returnUrl: '//evil.example' }, '/returnUrl'],
    [{ returnUrl: `${RETURN_ORIGIN}/#x` }, '/returnUrl'],
    [{ params: { a: 1 } }, '/params'],
    [{ parameters: [] }, '/parameters'],
    [{ switchAccount: 'yes' }, '/switchAccount'],
    [{ redirect: 'x' }, '/redirect'],
  ])('is not made for %o', async (body, pointer) => {
    const id = await world.create('web');
    const answer = await world.ask('POST', `/api/connections/${id}/authorize`, body, {
      headers: { accept: 'application/problem+json' },
    });
    expect([answer.status, answer.body.code, answer.body.pointer]).toEqual([400, 'REQUEST_INVALID', pointer]);
  });

  it('cannot change what the protocol says', async () => {
    const id = await world.create('web');
    const params = { redirect_uri: 'https://evil.example', state: 'mine', client_id: 'x', ui_locales: 'de' };
    const link = await world.linkFor(id, { params });
    const { url } = await createBrowser().open(link, { stopAt: world.oidc.origin });
    const { searchParams } = new URL(url);
    expect(searchParams.get('redirect_uri')).toBe(world.callback);
    expect(searchParams.get('client_id')).toBe('web');
    expect(searchParams.get('state')).not.toBe('mine');
    expect(searchParams.get('ui_locales')).toBe('de');
  });
});
