import { SecretValue } from '../../base/secret-value.ts';
import { isBypassEntry } from './proxy-bypass.ts';
import type { ProxiesByScheme } from './proxy-choice.ts';
import type { ProxyOptions } from './proxy-server.ts';

/**
 * The proxies that environment variables name, for the option `proxy`: `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` and
 * `NO_PROXY`, lower case first. Undefined when they name none. The engine reads no environment by itself.
 *
 * Where `REQUEST_METHOD` is set, a program runs under CGI, and `HTTP_PROXY` is what a stranger sent in a `Proxy` header:
 * it is not read then (CVE-2016-5385).
 */
export function proxyFromEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
): ProxiesByScheme | undefined {
  const read = (name: string) => environment[name.toLowerCase()] || environment[name] || undefined;
  const isCgi = environment['REQUEST_METHOD'] !== undefined;
  const all = read('ALL_PROXY');
  const http = (isCgi ? environment['http_proxy'] || undefined : read('HTTP_PROXY')) ?? all;
  const https = read('HTTPS_PROXY') ?? all;
  if (http === undefined && https === undefined) return undefined;
  // What is written for other programs may follow rules of their own; such an entry is none of ours.
  const noProxy = (read('NO_PROXY') ?? '')
    .split(/[\s,]+/)
    .filter(entry => entry !== '' && isBypassEntry(entry));
  return {
    ...(http === undefined ? {} : { http: toOptions(http, noProxy) }),
    ...(https === undefined ? {} : { https: toOptions(https, noProxy) }),
  };
}

/** Here credentials stand in the URL, and the scheme may be missing. */
function toOptions(text: string, noProxy: readonly string[]): ProxyOptions {
  const url = text.includes('://') ? text : `http://${text}`;
  const [, scheme = '', userInfo, rest = ''] = /^([^:]*:\/\/)(?:([^/]*)@)?(.*)$/s.exec(url) ?? [];
  if (userInfo === undefined) return { url, noProxy };
  const colon = userInfo.indexOf(':');
  const username = colon === -1 ? userInfo : userInfo.slice(0, colon);
  const password = colon === -1 ? '' : userInfo.slice(colon + 1);
  // Programs log what they found in their environment; its password is not for the log.
  return {
    url: scheme + rest,
    username: decode(username),
    password: new SecretValue(decode(password)),
    noProxy,
  };
}

/** A percent sign that begins no encoded byte is a percent sign. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
