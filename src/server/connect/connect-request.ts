import { FerruleError } from '../../index.ts';
import { describe, isObject, type JsonObject, toFields } from '../documents/json.ts';
import { readReturnUrl } from './return-url.ts';

/** How somebody is to authorise a connection. Plain data: it is kept, encrypted, until they are back. */
export interface ConnectRequest {
  /** Values of the parameters that the authentication of the connection uses. */
  readonly parameters: JsonObject;
  /** Sent to the authorization endpoint besides. */
  readonly params: Readonly<Record<string, string>>;
  /** Where the browser goes afterwards; a page of the server when left out. */
  readonly returnUrl?: string | undefined;
}

/** What a client asks for: `switchAccount` makes a person who is logged in already choose and prove who they are. */
export interface WantedConnect extends ConnectRequest {
  readonly switchAccount: boolean;
}

const FIELDS = ['parameters', 'params', 'scope', 'loginHint', 'switchAccount', 'returnUrl'];

/** @throws FerruleError REQUEST_INVALID */
export function readConnectRequest(body: unknown, returnOrigins: readonly string[]): WantedConnect {
  const fields = toFields(body ?? {}, FIELDS);
  const scope = readText(fields, 'scope');
  const hint = readText(fields, 'loginHint');
  const returnUrl = readText(fields, 'returnUrl');
  return {
    parameters: readObject(fields, 'parameters'),
    params: {
      ...readTexts(fields, 'params'),
      ...(scope === undefined ? {} : { scope }),
      // OpenID Connect Core section 3.1.2.1; servers that do not know it leave it alone (RFC 6749 section 3.1).
      ...(hint === undefined ? {} : { login_hint: hint }),
    },
    returnUrl: returnUrl === undefined ? undefined : readReturnUrl(returnUrl, returnOrigins),
    switchAccount: readFlag(fields, 'switchAccount'),
  };
}

/**
 * The values of `prompt` that have a person prove anew who they are (OpenID Connect Core section 3.1.2.1), together with
 * those that the definition asks for itself, such as `consent`. `none` forbids to ask at all, so it goes.
 */
export function toAccountPrompt(own: string | null): string {
  const words = (own ?? '').split(' ').filter(word => word !== '' && word !== 'none');
  return [...new Set([...words, 'login'])].join(' ');
}

function readObject(fields: JsonObject, name: string): JsonObject {
  const value = fields[name];
  if (value === undefined || value === null) return {};
  if (isObject(value)) return value;
  throw refusal(name, 'an object of values by name', value);
}

function readTexts(fields: JsonObject, name: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(readObject(fields, name)).map(([key, value]) => {
      if (typeof value === 'string') return [key, value];
      throw refusal(name, 'an object of texts by name', value);
    }),
  );
}

function readText(fields: JsonObject, name: string): string | undefined {
  const value = fields[name];
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value === 'string') return value;
  throw refusal(name, 'a text', value);
}

function readFlag(fields: JsonObject, name: string): boolean {
  const value = fields[name] ?? false;
  if (typeof value === 'boolean') return value;
  throw refusal(name, 'true or false', value);
}

function refusal(name: string, expected: string, value: unknown): FerruleError {
  return new FerruleError('REQUEST_INVALID', 'The body of the request cannot be used', {
    pointer: `/${name}`,
    expected,
    found: describe(value),
  });
}
