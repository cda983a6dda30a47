import type { ConnectionInput as NativeConnection } from '../../index.ts';
import type { KeyValuePair } from '../input-fields.ts';
import { toBoundValues } from './bound-values.ts';
import type { CompiledConnection } from './compile-connection.ts';
import { ACCOUNT_TAG, defined, REDIRECT_TAG } from './compile-oauth.ts';
import { withGivenToken } from './given-token.ts';

export interface ConnectionValues {
  /** The value of every field, as a resolution gives them. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** Whose authorization it is, of connections that a person authorises; tokens are kept under it. */
  readonly account?: string | undefined;
  /** Where the answer of an authorization comes back. */
  readonly redirectUri?: string | undefined;
  /** The token answer, when somebody has it already: it is used, or renewed by its refresh token when it is over. */
  readonly token?: Readonly<Record<string, unknown>> | undefined;
  /** The parameters of the callback that came with such a token. */
  readonly context?: Readonly<Record<string, unknown>> | undefined;
  /** Milliseconds since the Unix epoch, for the end of a given token; now when left out. */
  readonly nowMs?: number | undefined;
}

/**
 * The definition with its values: passwords as secrets, other fields as values of their tags. What it gives goes to
 * `engine.connection()`; operations then take only parameters of their own. The headers that an input `headers` of an OAuth
 * connection lists go on its token requests.
 */
export function bindConnection(compiled: CompiledConnection, values: ConnectionValues): NativeConnection {
  const { fields, account = compiled.key, redirectUri = UNUSED_REDIRECT, context = {} } = values;
  const definition = withoutEmptyKeys(
    withTokenHeaders(compiled.definition, fields['headers']),
    compiled,
    fields,
  );
  const own = compiled.secrets.map(name => [name, toText(fields[name])]);
  const bound = toBoundValues(definition, [
    ...compiled.parameters.map(name => [name, fields[name]] as const),
    [ACCOUNT_TAG, account],
    [REDIRECT_TAG, redirectUri],
  ]);
  const whole = {
    ...definition,
    secrets: { ...definition.secrets, ...Object.fromEntries(own), ...bound.secrets },
    config: { ...definition.config, values: bound.values },
  } as NativeConnection;
  if (values.token === undefined) return whole;
  return withGivenToken(whole, { token: values.token, context, nowMs: values.nowMs ?? Date.now() });
}

/** Nothing is sent there: a token request of an authorization repeats it, and only who begins one needs it. */
const UNUSED_REDIRECT = 'https://redirect.invalid/callback';

/** A header, parameter or cookie that is one optional field alone is left out where the field is empty. */
function withoutEmptyKeys(
  definition: NativeConnection,
  { optional }: CompiledConnection,
  fields: ConnectionValues['fields'],
): NativeConnection {
  const { auth, headers = {}, params = {} } = definition.config;
  const isSent = (value: unknown) => {
    const name = /^<<([^<>]+)>>$/.exec(String(value))?.[1];
    return name === undefined || !optional.includes(name) || toText(fields[name]) !== '';
  };
  const only = (texts: object) =>
    Object.fromEntries(Object.entries(texts).filter(([, text]) => isSent(text)));
  const keys: unknown = Reflect.get(Object(auth), 'keys');
  const left = Array.isArray(keys) ? keys.filter(({ value }) => isSent(value)) : undefined;
  const sent = left === undefined ? auth : left.length === 0 ? null : { ...Object(auth), keys: left };
  const config = { ...definition.config, auth: sent, headers: only(headers), params: only(params) };
  return { ...definition, config } as NativeConnection;
}

/** The headers are secrets: they often hold a key, and nobody can tell which. */
function withTokenHeaders(definition: NativeConnection, headers: unknown): NativeConnection {
  const auth: Readonly<Record<string, unknown>> = Object(definition.config.auth);
  const pairs = toPairs(headers);
  if (auth['authType'] !== 'oauth2' || pairs.length === 0) return definition;
  const request: Readonly<Record<string, unknown>> = Object(auth['tokenRequest']);
  const tagged = pairs.map(({ key }) => [key, `<<token header ${key}>>`]);
  const tokenRequest = {
    ...request,
    headers: { ...Object(request['headers']), ...Object.fromEntries(tagged) },
  };
  const secrets = pairs.map(({ key, value }) => [`token header ${key}`, toText(value)]);
  return {
    ...definition,
    secrets: { ...definition.secrets, ...Object.fromEntries(secrets) },
    config: { ...definition.config, auth: defined({ ...auth, tokenRequest }) },
  } as NativeConnection;
}

function toPairs(headers: unknown): readonly KeyValuePair[] {
  if (!Array.isArray(headers)) return [];
  return headers.filter(
    (pair): pair is KeyValuePair =>
      typeof pair === 'object' && pair !== null && typeof pair.key === 'string' && pair.key !== '',
  );
}

function toText(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
