import type { WordPart } from '../base/shell-words.ts';
import type { ConnectSettings } from '../compile/connect-settings.ts';
import type { HeaderPair } from '../transport/transport.ts';

type Word = readonly WordPart[];

interface Connected {
  readonly url: string;
  readonly headers: readonly HeaderPair[];
  readonly words: readonly Word[];
}

/** The options by which curl reaches the server that the connection reaches; what has none is noted. */
export function toConnectOptions(
  url: string,
  headers: readonly HeaderPair[],
  settings: ConnectSettings,
  notes: string[],
): Connected {
  const { serverName } = settings;
  const named = serverName === undefined ? { url, headers, words: [] } : underName(url, headers, serverName);
  const words = [...named.words, ...toTlsOptions(settings, notes), ...toRouteOptions(settings, notes)];
  return { ...named, words };
}

function toTlsOptions(settings: ConnectSettings, notes: string[]): readonly Word[] {
  const { caCert, clientCertificate, minVersion, fingerprints } = settings;
  const words: Word[] = [];
  if (caCert !== undefined) {
    words.push(['--cacert'], ['ca.pem']);
    const besides = caCert === 'extend' ? ', and other roots besides, if the server needs them' : '';
    notes.push(`Put the certificates of config.caCert into the file ca.pem${besides}`);
  }
  if (clientCertificate?.form === 'pem') {
    words.push(['--cert'], ['client.pem'], ['--key'], ['client-key.pem']);
    notes.push('Put the client certificate into the file client.pem, and its key into client-key.pem');
  } else if (clientCertificate?.form === 'pkcs12') {
    words.push(['--cert'], ['client.p12'], ['--cert-type'], ['P12']);
    notes.push('Put the client certificate, base64 decoded, into the file client.p12');
  }
  if (clientCertificate?.hasPassphrase === true) {
    words.push(['--pass'], [{ variable: 'PASSPHRASE' }]);
    notes.push('Set PASSPHRASE first: that of the key of the client certificate');
  }
  if (minVersion !== undefined) words.push(['--tlsv1.3']);
  if (fingerprints !== undefined) {
    notes.push(
      'curl cannot trust a certificate by its fingerprint: it judges the chain, and needs the certificate or its CA in --cacert',
    );
  }
  return words;
}

function toRouteOptions({ proxy, socketPath }: ConnectSettings, notes: string[]): readonly Word[] {
  const words: Word[] = [];
  if (socketPath !== undefined) words.push(['--unix-socket'], [socketPath]);
  if (proxy === undefined) return words;
  words.push(['--proxy'], [proxy.url]);
  if (proxy.noProxy.length > 0) words.push(['--noproxy'], [proxy.noProxy.join(',')]);
  if (proxy.hasCaCert) {
    words.push(['--proxy-cacert'], ['proxy-ca.pem']);
    notes.push('Put the certificates of config.proxy.caCert into the file proxy-ca.pem');
  }
  if (proxy.hasCredentials) {
    words.push(['--proxy-user'], [{ variable: 'PROXY_USER' }]);
    notes.push('Set PROXY_USER first: user name and password of the proxy, with a colon between them');
  }
  return words;
}

/** curl asks for the name of its URL and checks it, so that name goes there, and the host is where it connects to. */
function underName(url: string, headers: readonly HeaderPair[], serverName: string): Connected {
  const { protocol, host, hostname, port, origin } = new URL(url);
  if (protocol !== 'https:') return { url, headers, words: [] };
  const actual = port === '' ? '443' : port;
  const hasHost = headers.some(([name]) => name.toLowerCase() === 'host');
  return {
    url: `https://${serverName}${port === '' ? '' : `:${port}`}${url.slice(origin.length)}`,
    headers: hasHost ? headers : [...headers, ['Host', host]],
    words: [['--connect-to'], [`${serverName}:${actual}:${hostname}:${actual}`]],
  };
}
