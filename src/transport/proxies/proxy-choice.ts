import { fingerprint } from '../../base/fingerprint.ts';
import { FerruleError } from '../../errors/ferrule-error.ts';
import type { Target } from '../sockets/connector.ts';
import {
  createProxyServer,
  type ProxyCredentials,
  type ProxyOptions,
  type ProxyPlace,
  type ProxyServer,
} from './proxy-server.ts';

/** A proxy for all requests, or one for each scheme of their URLs. A text is the URL of a proxy. */
export type ProxySetting = string | ProxyOptions | ProxiesByScheme;

/** Without an entry, requests of that scheme go directly. */
export interface ProxiesByScheme {
  readonly http?: string | ProxyOptions;
  readonly https?: string | ProxyOptions;
}

/** Which proxy, if any, leads to a target. Asked anew for every origin, so for every hop of a redirect. */
export interface ProxyChoice {
  /** Equal keys mean equal choices. */
  readonly key: string;
  readonly credentials: readonly ProxyCredentials[];
  proxyFor(target: Target): ProxyServer | undefined;
}

/** @throws FerruleError as `createProxyServer` does, and `place.code` for a setting of another form */
export function createProxyChoice(setting: ProxySetting, place: ProxyPlace): ProxyChoice {
  if (typeof setting === 'string') return chooseAlways(createProxyServer({ url: setting }, place));
  assertObject(setting, place);
  if (isProxyOptions(setting)) return chooseAlways(createProxyServer(setting, place));
  assertOnlySchemes(setting, place);
  const http = toServer(setting.http, place, 'http');
  const https = toServer(setting.https, place, 'https');
  return {
    key: fingerprint(http?.key ?? '', https?.key ?? ''),
    credentials: [http, https].flatMap(server => server?.credentials ?? []),
    proxyFor: target => unlessBypassed(target.secure ? https : http, target),
  };
}

/** True when the proxy sends the request on as a whole, instead of lending a tunnel (RFC 9112 section 3.2.2). */
export function isForwarding({ scheme }: ProxyServer, target: Target): boolean {
  return !target.secure && (scheme === 'http' || scheme === 'https');
}

function chooseAlways(server: ProxyServer): ProxyChoice {
  return {
    key: server.key,
    credentials: server.credentials === undefined ? [] : [server.credentials],
    proxyFor: target => unlessBypassed(server, target),
  };
}

function unlessBypassed(server: ProxyServer | undefined, target: Target): ProxyServer | undefined {
  return server?.bypasses(target) === false ? server : undefined;
}

function toServer(
  options: string | ProxyOptions | undefined,
  place: ProxyPlace,
  scheme: string,
): ProxyServer | undefined {
  if (options === undefined) return undefined;
  const own = { ...place, pointer: `${place.pointer}/${scheme}` };
  if (typeof options === 'string') return createProxyServer({ url: options }, own);
  assertObject(options, own);
  return createProxyServer(options, own);
}

function isProxyOptions(setting: ProxyOptions | ProxiesByScheme): setting is ProxyOptions {
  return 'url' in setting;
}

/** Options come from programs without types too. */
function assertObject(setting: unknown, { pointer, code }: ProxyPlace): void {
  if (typeof setting === 'object' && setting !== null && !Array.isArray(setting)) return;
  throw new FerruleError(code, 'The proxy cannot be used', { pointer, expected: 'a URL or an object' });
}

function assertOnlySchemes(setting: object, { pointer, code }: ProxyPlace): void {
  const stray = Object.keys(setting).find(name => name !== 'http' && name !== 'https');
  if (stray === undefined) return;
  throw new FerruleError(code, 'The proxy has a field that is not known', {
    pointer,
    expected: 'url, or http and https',
    found: stray,
  });
}
