import { FerruleError } from '../../errors/ferrule-error.ts';
import { describeAnswer, type TokenAnswer } from '../token-answer.ts';

/** What an authorization server says about itself (RFC 8414 section 2, OpenID Connect Discovery section 3). */
export interface ServerMetadata {
  readonly issuer: string;
  /** URLs by name, such as `token_endpoint`. */
  readonly endpoints: ReadonlyMap<EndpointName, string>;
  /** RFC 9207 section 3: authorization answers always carry `iss`. */
  readonly sendsIssuer: boolean;
}

export type EndpointName = (typeof ENDPOINT_NAMES)[number];

const ENDPOINT_NAMES = [
  'token_endpoint',
  'authorization_endpoint',
  'device_authorization_endpoint',
  'introspection_endpoint',
  'revocation_endpoint',
] as const;

/**
 * Where the metadata of an issuer may stand: OpenID Connect appends to the issuer's path, RFC 8414 section 3.1 inserts
 * before it.
 */
export function toMetadataUrls(issuer: string): readonly string[] {
  const { origin, pathname } = new URL(issuer);
  const path = pathname.replace(/\/$/, '');
  return [
    `${origin}${path}/.well-known/openid-configuration`,
    `${origin}/.well-known/oauth-authorization-server${path}`,
  ];
}

/** True for what says "not here", so that the other place is tried. */
export function isElsewhere({ statusCode, body }: TokenAnswer): boolean {
  return statusCode < 500 && statusCode !== 429 && !(statusCode === 200 && isRecord(body));
}

/**
 * Judges a metadata document. RFC 8414 section 3.3: the issuer in it must be the one that was asked for, or anybody
 * could give out endpoints in another's name. `preferMtls`: RFC 8705 section 5.
 */
export function readServerMetadata(
  answer: TokenAnswer,
  issuer: string,
  pointer: string,
  preferMtls: boolean,
): ServerMetadata {
  const { body, statusCode } = answer;
  if (statusCode !== 200 || !isRecord(body)) {
    throw new FerruleError('DISCOVERY_FAILED', `The metadata of the issuer could not be read`, {
      pointer,
      expected: 'status 200 and a JSON object (RFC 8414 section 3.2)',
      found: `status ${statusCode} with ${describeAnswer(answer)}`,
      retryable: statusCode >= 500 || statusCode === 429,
    });
  }
  const named = body['issuer'];
  if (typeof named !== 'string' || !isSameIssuer(named, issuer)) {
    throw new FerruleError('DISCOVERY_FAILED', 'The metadata are those of another issuer', {
      pointer,
      expected: `the issuer ${issuer}`,
      found: typeof named === 'string' ? named.slice(0, 200) : 'no issuer',
      retryable: false,
    });
  }
  const aliases = preferMtls ? body['mtls_endpoint_aliases'] : undefined;
  const source = { ...body, ...(isRecord(aliases) ? aliases : {}) };
  const endpoints = ENDPOINT_NAMES.flatMap((name): [EndpointName, string][] => {
    const url = source[name];
    return url === undefined || url === null ? [] : [[name, toEndpoint(url, name, issuer, pointer)]];
  });
  return {
    issuer: named,
    endpoints: new Map(endpoints),
    sendsIssuer: body['authorization_response_iss_parameter_supported'] === true,
  };
}

/** Issuers are compared as they are written, but for a slash at the end, which definitions and servers differ about. */
export function isSameIssuer(one: string, other: string): boolean {
  return one.replace(/\/$/, '') === other.replace(/\/$/, '');
}

function toEndpoint(url: unknown, name: string, issuer: string, pointer: string): string {
  const parsed = typeof url === 'string' && URL.canParse(url) ? new URL(url) : undefined;
  const isSafe =
    parsed?.protocol === 'https:' || (parsed?.protocol === 'http:' && issuer.startsWith('http:'));
  if (parsed === undefined || !isSafe || parsed.username !== '' || parsed.password !== '') {
    throw new FerruleError('DISCOVERY_FAILED', `The metadata name no usable ${name}`, {
      pointer,
      expected: 'an https URL',
      found: parsed === undefined ? 'no URL' : `a URL with ${parsed.protocol}`,
      retryable: false,
    });
  }
  parsed.hash = '';
  return parsed.href;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
