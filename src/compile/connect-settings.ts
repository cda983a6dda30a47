import type { HttpConnectionConfig } from '../definition/definition.ts';

/** What of a connection's settings another client needs to reach the same server. Holds no secret, and no default. */
export interface ConnectSettings {
  /** The definition has a `caCert`, which joins the system's roots or replaces them. */
  readonly caCert?: 'extend' | 'replace';
  readonly clientCertificate?: {
    readonly form: 'pem' | 'pkcs12';
    readonly hasPassphrase: boolean;
  };
  readonly minVersion?: 'TLSv1.3';
  /** The name that the certificate is for, when it is not the host of the URL. */
  readonly serverName?: string;
  /** SHA-256 fingerprints of the server's certificate, which is trusted instead of a chain. */
  readonly fingerprints?: readonly string[];
  readonly proxy?: {
    readonly url: string;
    readonly hasCredentials: boolean;
    readonly hasCaCert: boolean;
    readonly noProxy: readonly string[];
  };
  /** Absolute path of a UNIX socket. */
  readonly socketPath?: string;
}

/** Undefined when a connection has nothing but defaults. */
export function toConnectSettings({
  caCert,
  tls,
  proxy,
  socketPath,
}: HttpConnectionConfig): ConnectSettings | undefined {
  const { caMode, clientCertificate, minVersion, serverName, fingerprint256 } = tls;
  const settings: ConnectSettings = {
    ...(caCert === null ? {} : { caCert: caMode }),
    ...(clientCertificate === null
      ? {}
      : {
          clientCertificate: {
            form: clientCertificate.pkcs12 === undefined ? 'pem' : 'pkcs12',
            hasPassphrase: clientCertificate.passphrase !== undefined,
          },
        }),
    ...(minVersion === 'TLSv1.3' ? { minVersion } : {}),
    ...(serverName === null ? {} : { serverName }),
    ...(fingerprint256 === null ? {} : { fingerprints: [fingerprint256].flat() }),
    ...(proxy === null
      ? {}
      : {
          proxy: {
            url: proxy.url,
            hasCredentials: proxy.username !== null || proxy.password !== null,
            hasCaCert: proxy.caCert !== null,
            noProxy: proxy.noProxy,
          },
        }),
    ...(socketPath === null ? {} : { socketPath }),
  };
  return Object.keys(settings).length === 0 ? undefined : settings;
}
