import type { TokenParametersPlan } from '../../compile/auth/token-parameters.ts';
import type { RenderScope } from '../../compile/render-scope.ts';
import { defaults } from '../../definition/defaults.ts';
import { encodeQueryPart } from '../../template/percent-encoding.ts';
import type { HeaderPair, HttpRequest } from '../../transport/transport.ts';
import type { ClientProof, OauthParameter } from './client-authentication.ts';

/** A token request (RFC 6749 section 4), in the form the definition gives it. Pure. */
export function toTokenRequest(
  plan: TokenParametersPlan,
  url: string,
  standard: readonly OauthParameter[],
  proof: ClientProof,
  scope: RenderScope,
): HttpRequest {
  const named = [...standard, ...proof.parameters].flatMap(([name, value]) => rename(plan, name, value));
  const own = renderHeaders(plan, scope);
  const secretNames = plan.headers
    .filter(({ text }) => text.usesSecret)
    .map(({ name }) => name.toLowerCase());
  const credentials = { headers: ['authorization', ...secretNames], query: [], body: true };
  const head = (contentType: string | undefined) => mergeHeaders(toHeaders(contentType, proof), own);
  if (plan.format === 'json') {
    const tree: unknown = plan.tree === null ? {} : JSON.parse(plan.tree.render(scope));
    const body = JSON.stringify({ ...Object.fromEntries(named), ...Object(tree) });
    return { method: plan.method, url, headers: head('application/json'), body, credentials };
  }
  const fields = plan.fields
    .filter(({ text }) => !text.isAbsent(scope))
    .map(({ name, text }): OauthParameter => [name, text.render(scope)]);
  const parameters = merge(named, fields);
  if (plan.format === 'form') {
    const body = encodeForm(parameters);
    return {
      method: plan.method,
      url,
      headers: head('application/x-www-form-urlencoded'),
      body,
      credentials,
    };
  }
  return {
    method: plan.method,
    url: appendQuery(url, parameters),
    headers: head(undefined),
    credentials: { ...credentials, query: parameters.map(([name]) => name) },
  };
}

/** A request of introspection or revocation (RFC 7662, RFC 7009): always a form. */
export function toFormRequest(
  url: string,
  parameters: readonly OauthParameter[],
  proof: ClientProof,
): HttpRequest {
  return {
    method: 'POST',
    url,
    headers: toHeaders('application/x-www-form-urlencoded', proof),
    body: encodeForm([...parameters, ...proof.parameters]),
    credentials: { headers: ['authorization'], query: [], body: true },
  };
}

export function toMetadataRequest(url: string): HttpRequest {
  return {
    method: 'GET',
    url,
    headers: toHeaders(undefined, { headers: [] }),
    credentials: { headers: [], query: [], body: false },
  };
}

export function encodeForm(parameters: readonly OauthParameter[]): string {
  return new URLSearchParams(parameters.map(([name, value]): [string, string] => [name, value])).toString();
}

/** The URL with further parameters; those it has stay. */
export function appendQuery(url: string, parameters: readonly OauthParameter[]): string {
  const query = parameters
    .map(
      ([name, value]) => `${encodeQueryPart(name.toWellFormed())}=${encodeQueryPart(value.toWellFormed())}`,
    )
    .join('&');
  if (query === '') return url;
  return `${url}${url.includes('?') ? (/[?&]$/.test(url) ? '' : '&') : '?'}${query}`;
}

/** The later list wins, by name; what it replaces keeps its place. */
export function merge(
  earlier: readonly OauthParameter[],
  later: readonly OauthParameter[],
): readonly OauthParameter[] {
  const known = new Set(earlier.map(([name]) => name));
  const replaced = new Set<string>();
  const kept = earlier.flatMap(pair => {
    const [name] = pair;
    const own = later.filter(([other]) => other === name);
    if (own.length === 0) return [pair];
    if (replaced.has(name)) return [];
    replaced.add(name);
    return own;
  });
  return [...kept, ...later.filter(([name]) => !known.has(name))];
}

function rename(plan: TokenParametersPlan, name: string, value: string): readonly OauthParameter[] {
  const other = plan.names.get(name);
  return other === null ? [] : [[other ?? name, value]];
}

function toHeaders(contentType: string | undefined, proof: Pick<ClientProof, 'headers'>): HeaderPair[] {
  const type: HeaderPair[] = contentType === undefined ? [] : [['content-type', contentType]];
  return [
    ['accept', 'application/json'],
    ['user-agent', defaults.requestHeaders['user-agent']],
    ...type,
    ...proof.headers,
  ];
}

function renderHeaders(plan: TokenParametersPlan, scope: RenderScope): readonly HeaderPair[] {
  return plan.headers
    .filter(({ text }) => !text.isAbsent(scope))
    .map(({ name, text }) => [name, text.render(scope)]);
}

function mergeHeaders(standard: readonly HeaderPair[], own: readonly HeaderPair[]): readonly HeaderPair[] {
  const names = new Set(own.map(([name]) => name.toLowerCase()));
  return [...standard.filter(([name]) => !names.has(name.toLowerCase())), ...own];
}
