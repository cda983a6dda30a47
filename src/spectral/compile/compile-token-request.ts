import type { ApplyDefinition } from '../apply-definition.ts';
import { defined } from './compile-oauth.ts';
import type { NativeNames } from './native-names.ts';

/** The native strategy of a connection that is no OAuth connection and yet asks for a token. */
export function compileTokenRequest(
  { token = {} }: ApplyDefinition,
  url: string,
  names: NativeNames,
): Readonly<Record<string, unknown>> {
  const texts = (of: 'params' | 'headers') =>
    Object.fromEntries(
      Object.entries(token[of] ?? {}).map(([name, text]) => [
        name,
        names.toNative(text, `/apply/token/${of}/${name}`),
      ]),
    );
  const params = texts('params');
  const { format = 'form', method = 'POST' } = token;
  const hasExpiry = token.expires !== undefined || token.lifetimeSeconds !== undefined;
  return defined({
    authType: 'http_bearer_token',
    token: defined({
      connection: { baseUrl: names.toNative(url, '/apply/token/url') },
      operation: defined({
        method,
        path: '',
        headers: texts('headers'),
        params: format === 'query' ? params : undefined,
        body: toBody(format, params),
      }),
      tokenOutput: token.output ?? 'body.access_token',
      expirationOutput: token.expires,
    }),
    expiry:
      hasExpiry && token.lifetimeSeconds !== undefined
        ? { lifetimeSeconds: token.lifetimeSeconds }
        : undefined,
  });
}

function toBody(format: 'form' | 'json' | 'query', params: Readonly<Record<string, string>>) {
  if (format === 'json') return { bodyType: 'json', json: params };
  return format === 'form' ? { bodyType: 'www_form_urlencoded', form: params } : undefined;
}
