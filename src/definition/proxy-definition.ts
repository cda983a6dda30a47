import type { SourcePointers } from './source-pointers.ts';

/** The proxy that a connection goes through, for its operations, tests and token requests. */
export interface ProxyDefinition {
  /** `http://`, `https://`, `socks5://` or `socks5h://`, host and port. Not a template. */
  readonly url: string;
  /** Templates; sent to the proxy alone. */
  readonly username: string | null;
  readonly password: string | null;
  /** Hosts that are reached without it. */
  readonly noProxy: readonly string[];
  /** CA certificates for the TLS to an `https://` proxy. */
  readonly caCert: string | null;
}

export type ProxyInput = string | ({ readonly url: string } & Partial<ProxyDefinition>);

/** A text is the URL of a proxy that needs nothing else. */
export function toProxyDefinition(
  input: ProxyInput,
  pointer: string,
  sources: SourcePointers,
): ProxyDefinition {
  if (typeof input !== 'string') return { ...proxyDefaults, ...input };
  sources.move(`${pointer}/url`, pointer);
  return { url: input, ...proxyDefaults };
}

const proxyDefaults = { username: null, password: null, noProxy: [], caCert: null } as const;
