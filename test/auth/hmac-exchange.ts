import { createHmac } from 'node:crypto';

/** The moment at which the tests sign. */
export const nowMs = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
export const key = `k3y/+=&%~"'<>|ü`;

/** A connection that signs, with one operation whose path, query and body take values. */
export function definition(
  baseUrl: string,
  auth: object,
  config: object = {},
  secrets: object = { Key: key },
) {
  return JSON.stringify({
    name: 'Exchange',
    config: { baseUrl, auth: { authType: 'hmac', key: '<<Key>>', ...auth } },
    secrets,
    operations: [
      {
        name: 'Send',
        config: {
          method: 'POST',
          path: '/v1/{{Folder}}',
          params: { b: '{{B}}', a: '1' },
          body: { bodyType: 'raw', raw: '{"text": "{{Text}}"}' },
          ...config,
        },
      },
    ],
  });
}

export const values = { Folder: 'ä b', B: 'x&y', Text: 'grüß "dich"' };
/** The body that the values make. */
export const body = '{"text": "grüß \\"dich\\""}';

export function hmac(algorithm: string, secret: string | Buffer, text: string | Buffer) {
  return createHmac(algorithm, secret).update(text);
}
