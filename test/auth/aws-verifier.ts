import { createHash, createHmac } from 'node:crypto';
import type { Received } from '../support/echo-server.ts';

/** A second implementation, from the server's side: it works from the request line and headers it received. */
export function verifyAwsSignature(received: Received, secret: string, paths: 'once' | 'twice') {
  const strict = (text: string) =>
    [...Buffer.from(text)]
      .map(byte => {
        const character = String.fromCharCode(byte);
        return /[A-Za-z0-9._~-]/.test(character)
          ? character
          : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
      })
      .join('');
  const authorization = received.headers.authorization ?? '';
  const [, scope = '', names = '', signature = ''] =
    /Credential=[^/]+\/([^,]+), SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/.exec(authorization) ?? [];
  const [path = '', query = ''] = received.url.split('?');
  const pairs = query === '' ? [] : query.split('&').map(pair => pair.split('=').map(decodeURIComponent));
  const signed = names.split(';');
  const headers = signed.map(name => {
    const values = received.rawHeaders.filter(
      (_, index, all) => index % 2 === 1 && all[index - 1]?.toLowerCase() === name,
    );
    return `${name}:${values.map(value => value.trim().split(/ +/).join(' ')).join(',')}\n`;
  });
  const canonical = [
    received.method,
    path
      .split('/')
      .map(segment => strict(paths === 'once' ? decodeURIComponent(segment) : segment))
      .join('/'),
    pairs
      .map(([name = '', value = '']) => `${strict(name)}=${strict(value)}`)
      .sort()
      .join('&'),
    headers.join(''),
    names,
    createHash('sha256').update(received.body).digest('hex'),
  ].join('\n');
  const toSign = [
    'AWS4-HMAC-SHA256',
    received.headers['x-amz-date'],
    scope,
    createHash('sha256').update(canonical, 'latin1').digest('hex'),
  ].join('\n');
  const mac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
  const key = scope.split('/').reduce<string | Buffer>(mac, `AWS4${secret}`);
  return { scope, signed, valid: createHmac('sha256', key).update(toSign).digest('hex') === signature };
}
