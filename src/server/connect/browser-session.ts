import { createHash } from 'node:crypto';

/**
 * The cookie that ties one authorization to the browser it began in. Each has one of its own, so that several may run
 * in one browser, and nobody can plant the session of another beforehand.
 */
export interface SessionCookie {
  /** Named after the state, which comes back with the answer. */
  readonly state: string;
  /** Whether the server is reached by https. */
  readonly secure: boolean;
}

/** The header that sets it. Lax: it comes along when the provider leads back here, and with no request of a page elsewhere. */
export function toSetCookie(cookie: SessionCookie, value: string, maxAgeMs: number): string {
  const maxAge = `Max-Age=${Math.ceil(maxAgeMs / 1000)}`;
  const parts = [`${toName(cookie)}=${value}`, 'Path=/', maxAge, 'HttpOnly', 'SameSite=Lax'];
  return [...parts, ...(cookie.secure ? ['Secure'] : [])].join('; ');
}

/** The header that removes it again. */
export function toClearCookie(cookie: SessionCookie): string {
  return toSetCookie(cookie, '', 0);
}

/** Its value in a Cookie header. */
export function readCookie(header: string | null, cookie: SessionCookie): string | undefined {
  const name = toName(cookie);
  for (const pair of (header ?? '').split(';')) {
    const [key = '', value = ''] = pair.trim().split('=', 2);
    if (key === name && value !== '') return value;
  }
  return undefined;
}

/** `__Host-`: no other host of the domain can have set it (RFC 6265bis section 4.1.3.2). */
function toName({ state, secure }: SessionCookie): string {
  const id = createHash('sha256').update(state).digest('hex').slice(0, 16);
  return `${secure ? '__Host-' : ''}ferrule-connect-${id}`;
}
