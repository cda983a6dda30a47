import { describe, expect, test } from 'vitest';
import { nextRequest } from '../../src/transport/redirects/redirect-rules.ts';
import type { HttpRequest } from '../../src/transport/transport.ts';
import { failureOf } from '../support/failure-of.ts';
import { httpRequest } from '../support/send-context.ts';

const FROM = 'https://api.example.com/v1/users?page=1';

function follow(location: string, change: Partial<HttpRequest> = {}, status = 302): HttpRequest {
  return nextRequest(httpRequest(FROM, change), status, location, undefined).request;
}
const refusal = (location: string, change: Partial<HttpRequest> = {}, status = 302) =>
  failureOf(() => follow(location, change, status));

describe('the method follows the fetch standard', () => {
  test.each([
    [301, 'GET', 'GET'],
    [301, 'POST', 'GET'],
    [301, 'PUT', 'PUT'],
    [301, 'HEAD', 'HEAD'],
    [302, 'POST', 'GET'],
    [302, 'PATCH', 'PATCH'],
    [302, 'DELETE', 'DELETE'],
    [303, 'GET', 'GET'],
    [303, 'HEAD', 'HEAD'],
    [303, 'POST', 'GET'],
    [303, 'PUT', 'GET'],
    [303, 'DELETE', 'GET'],
    [307, 'POST', 'POST'],
    [308, 'PUT', 'PUT'],
  ])('after %d, %s becomes %s', (status, method, expected) => {
    expect(follow('/next', { method }, status).method).toBe(expected);
  });

  test('a body is dropped with the headers that describe it, and kept otherwise', () => {
    const change: Partial<HttpRequest> = {
      method: 'POST',
      body: 'x',
      headers: [
        ['Content-Type', 'text/plain'],
        ['content-length', '1'],
        ['Content-Language', 'en'],
        ['Accept', '*/*'],
      ],
    };
    const dropped = follow('/next', change, 303);
    expect(dropped.body).toBeUndefined();
    expect(dropped.headers).toEqual([['Accept', '*/*']]);
    const kept = follow('/next', change, 307);
    expect([kept.body, kept.headers.length]).toEqual(['x', 4]);
  });
});

describe('the Location is resolved', () => {
  test.each([
    ['/next', 'https://api.example.com/next'],
    ['next', 'https://api.example.com/v1/next'],
    ['?page=2', 'https://api.example.com/v1/users?page=2'],
    ['#part', FROM],
    ['/next#part', 'https://api.example.com/next'],
    ['', FROM],
    ['//other.example/x', 'https://other.example/x'],
    ['https://API.example.com:443/x', 'https://api.example.com/x'],
    ['/a b/../c d', 'https://api.example.com/c%20d'],
    ['https://b\xc3\xbccher.example/\xc3\xa4', 'https://xn--bcher-kva.example/%C3%A4'],
    ['/caf\xe9', 'https://api.example.com/caf%C3%A9'],
    ['\\\\other.example\\x', 'https://other.example/x'],
    [' \t/next ', 'https://api.example.com/next'],
  ])('%j leads to %s', (location, url) => {
    expect(follow(location).url).toBe(url);
  });

  test.each([
    ['http://api.example.com/next', 'https to http'],
    ['ftp://api.example.com/next', 'away from http and https'],
    ['javascript:alert(1)', 'away from http and https'],
    ['data:text/plain,x', 'away from http and https'],
    ['file:///etc/passwd', 'away from http and https'],
    ['https://user:pass@other.example/', 'user name or password'],
    ['https://api.example.com@evil.example/', 'user name or password'],
    ['https://', 'not a URL'],
    ['https://exa mple.com/', 'not a URL'],
    [`/${'x'.repeat(100_000)}`, 'too long'],
  ])('%.60j is refused', async (location, rule) => {
    const error = await refusal(location);
    expect(error.code).toBe('REDIRECT_REFUSED');
    expect(error.message).toContain(rule);
    expect(error.message).not.toMatch(/pass@|passwd|xxxx/);
  });

  test('http to https is followed, with credentials left behind because the origin changed', () => {
    const step = nextRequest(
      httpRequest('http://api.example.com/', { headers: [['authorization', 'x']] }),
      301,
      'https://api.example.com/',
      undefined,
    );
    expect([step.request.url, step.credentialsDropped]).toEqual(['https://api.example.com/', true]);
  });
});

describe('on a change of origin', () => {
  const headers = [
    ['Authorization', 'Bearer t'],
    ['proxy-authorization', 'Basic x'],
    ['Cookie', 'a=b'],
    ['X-Api-Key', 'k'],
    ['Host', 'virtual.example'],
    ['Accept', '*/*'],
  ] as const;
  const credentials = { headers: ['x-api-key'], query: ['api_key'], body: false };

  test.each([
    ['another host', 'https://other.example/'],
    ['another port', 'https://api.example.com:8443/'],
    ['a host below', 'https://eu.api.example.com/'],
    ['the same name with a trailing dot', 'https://api.example.com./'],
  ])('every credential goes: %s', (_, location) => {
    expect(follow(location, { headers, credentials }).headers).toEqual([['Accept', '*/*']]);
  });

  test('to the same origin every header stays', () => {
    expect(follow('/next', { headers, credentials }).headers).toEqual(headers);
  });

  test('a way back does not bring credentials back', () => {
    const away = follow('https://other.example/', { headers, credentials });
    const back = nextRequest(away, 302, FROM, undefined);
    expect(back.request.headers).toEqual([['Accept', '*/*']]);
  });

  test.each([
    ['https://other.example/?api_key=anything', undefined],
    ['https://other.example/?q=s3cret', 's3cret'],
    ['https://other.example/s3cret/x', 's3cret'],
    ['https://other.example/s%33cret', 's3cret'],
    ['https://other.example/?x=%73%33cret', 's3cret'],
  ])('a Location that carries a secret is refused: %s', async (location, secret) => {
    const isSecretText = secret === undefined ? undefined : (text: string) => text.includes(secret);
    const error = await failureOf(() =>
      nextRequest(httpRequest(FROM, { credentials }), 302, location, isSecretText),
    );
    expect(error.code).toBe('REDIRECT_REFUSED');
    expect(error.message).toContain('would carry a secret');
    expect(JSON.stringify(error)).not.toContain('s3cret');
  });

  test('a secret may stay on its own origin', () => {
    const step = nextRequest(httpRequest(FROM, { credentials }), 302, '/next?api_key=s3cret', () => true);
    expect(step.request.url).toBe('https://api.example.com/next?api_key=s3cret');
  });

  test('a body is not sent again to another origin, and a dropped one does not matter', async () => {
    for (const status of [307, 308]) {
      const error = await refusal('https://other.example/', { method: 'POST', body: 'x' }, status);
      expect(error.code).toBe('REDIRECT_REFUSED');
    }
    expect(follow('https://other.example/', { method: 'POST', body: 'x' }, 303).method).toBe('GET');
    expect(follow('https://other.example/', { method: 'DELETE' }, 307).method).toBe('DELETE');
  });
});
