import { isIP } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import { SecretValue } from '../../base/secret-value.ts';
import { FerruleError } from '../../errors/ferrule-error.ts';

/** What `pg` needs to connect. */
export interface PostgresAddress {
  readonly host: string;
  readonly port: number;
  readonly user?: string;
  readonly password?: string;
  readonly database?: string;
  readonly ssl: false | ConnectionOptions;
}

const DEFAULT_PORT = 5_432;
/** In the words of libpq. Those that would take any certificate are not among them. */
const WITH_TLS: readonly string[] = ['require', 'verify-ca', 'verify-full'];
const WITHOUT_TLS = 'disable';

/**
 * Reads `postgres://user:password@host:port/database?sslmode=verify-full`. `host` as a parameter is the folder of a
 * UNIX socket. Certificates and host names are always checked when TLS is used, by `caCert` when it is given. Throws
 * STORE_INPUT_INVALID, which never shows the address: it holds a password.
 */
export function parsePostgresAddress(address: string | SecretValue, caCert?: string): PostgresAddress {
  const text = address instanceof SecretValue ? address.reveal() : address;
  if (!URL.canParse(text)) throw invalid('an address postgres://…', 'text that is no URL');
  const url = new URL(text);
  if (!/^postgres(ql)?:$/.test(url.protocol)) throw invalid('an address postgres://…', `${url.protocol}//…`);
  for (const name of url.searchParams.keys()) {
    if (name !== 'sslmode' && name !== 'host') throw invalid('the parameters sslmode and host alone', name);
  }
  const host = url.searchParams.get('host') ?? decode(url.hostname.replace(/^\[(.*)\]$/, '$1'));
  if (host === '') throw invalid('a host', 'none');
  return {
    host,
    port: url.port === '' ? DEFAULT_PORT : Number(url.port),
    ...(url.username === '' ? {} : { user: decode(url.username) }),
    ...(url.password === '' ? {} : { password: decode(url.password) }),
    ...(url.pathname.length < 2 ? {} : { database: decode(url.pathname.slice(1)) }),
    ssl: toTls(url.searchParams.get('sslmode'), host, caCert),
  };
}

function toTls(mode: string | null, host: string, caCert: string | undefined): false | ConnectionOptions {
  if (mode === WITHOUT_TLS || (mode === null && caCert === undefined)) return false;
  if (mode !== null && !WITH_TLS.includes(mode)) {
    throw invalid(`sslmode ${[WITHOUT_TLS, ...WITH_TLS].join(', ')}`, 'another mode');
  }
  return {
    rejectUnauthorized: true,
    // The certificate is held against this; without it an address would pass for `localhost`.
    host,
    // Sent for names alone (RFC 6066 section 3).
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...(caCert === undefined ? {} : { ca: caCert }),
  };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    // The error would quote the part, which may be the password.
    throw invalid('percent-encoded parts', 'a % that begins nothing');
  }
}

function invalid(expected: string, found: string): FerruleError {
  return new FerruleError('STORE_INPUT_INVALID', 'The address of the database cannot be used', {
    expected,
    found,
  });
}
