import type { Redactor } from '../base/redactor.ts';
import { SecretValue } from '../base/secret-value.ts';
import type { TokenUsePlan } from '../compile/auth/token-use.ts';
import type { RenderScope } from '../compile/render-scope.ts';
import type { HttpRequest } from '../transport/transport.ts';
import { placeCookies } from './cookies.ts';
import { toCookieText } from './fetched-token.ts';
import { placeCredential } from './place-credential.ts';
import { placeHeader, toCredential } from './place-header.ts';
import type { Token } from './token.ts';

/** The request with a token, and the cookies kept with it, in every place that the definition names. */
export function placeToken(
  request: HttpRequest,
  { header, placements, keepCookies }: TokenUsePlan,
  token: Token,
  scope: RenderScope,
  redactor: Pick<Redactor, 'add' | 'addText' | 'addFleeting'>,
): HttpRequest {
  guardToken(token, redactor);
  const withCookies = keepCookies ? placeCookies(request, toCookieText(token.kept)) : request;
  if (placements.length === 0) {
    return placeHeader(withCookies, header.header, credentialOf(token, header.prefix));
  }
  const locals = new Map([['token', token.value]]);
  const tokenScope = { ...scope, locals, ...(token.kept === undefined ? {} : { kept: token.kept }) };
  return placements.reduce((placed, placement) => {
    if (placement.value.isAbsent(tokenScope)) return placed;
    const value = placement.value.render(tokenScope);
    // With time or chance in it, it is another text for every request.
    if (scope.recompute === undefined) redactor.addText(value);
    else redactor.addFleeting(value);
    return placeCredential(placed, placement, value);
  }, withCookies);
}

/** Written once for a token: nearly all requests carry the same one. */
const written = new WeakMap<Token, { readonly prefix: string; readonly credential: string }>();

function credentialOf(token: Token, prefix: string): string {
  const known = written.get(token);
  if (known?.prefix === prefix) return known.credential;
  const credential = toCredential(prefix, token.value.reveal());
  written.set(token, { prefix, credential });
  return credential;
}

/** Tells what is secret about a token; also of one that another engine or another connection asked for. */
export function guardToken({ value, kept }: Token, redactor: Pick<Redactor, 'add'>): void {
  redactor.add(value);
  if (kept === undefined) return;
  for (const each of kept.values()) if (each instanceof SecretValue) redactor.add(each);
}
