import type { ClientCredentialsPlan } from '../compile/auth-plan.ts';
import { defaults } from '../definition/defaults.ts';
import { FerruleError } from '../errors/ferrule-error.ts';
import type { HeaderPair, HttpRequest } from '../transport/transport.ts';
import type { AuthCall, AuthServices, AuthStrategy } from './auth-strategy.ts';
import { createKeyOf } from './request-key.ts';
import {
  assertTokenAnswer,
  describeAnswer,
  type TokenAnswer,
  toLifetimeSeconds,
  toToken,
  toTokenValue,
} from './token-answer.ts';
import { createTokenStrategy } from './token-strategy.ts';

/**
 * How long a token is used whose server does not say (RFC 6749 section 5.1 only recommends `expires_in`).
 * If the token dies earlier, its rejection brings a new one.
 */
const DEFAULT_LIFETIME_SECONDS = 300;

/** OAuth 2.0 client credentials grant (RFC 6749 section 4.4). */
export function createClientCredentials(plan: ClientCredentialsPlan, services: AuthServices): AuthStrategy {
  const { clock, redactor } = services;
  const render = (call: AuthCall) => toTokenRequest(plan, call);
  const source = {
    keyOf: createKeyOf(plan, render),
    async request(call: AuthCall) {
      const pointer = `${plan.pointer}/tokenUrl`;
      const answer = await services.exchange(render(call), {
        pointer,
        scope: call.scope,
        trust: plan.trust,
        maxRedirects: 0,
      });
      assertTokenAnswer(answer, pointer, redactor);
      const token = toTokenValue(readMember(answer, 'access_token', pointer), answer, pointer);
      return toToken(token, readLifetime(answer, pointer), clock);
    },
  };
  return createTokenStrategy(source, plan.use, services);
}

/** RFC 6749 section 4.4.2, with the client authenticated by section 2.3.1. */
function toTokenRequest(plan: ClientCredentialsPlan, { scope }: AuthCall): HttpRequest {
  const clientId = plan.clientId.render(scope);
  const clientSecret = plan.clientSecret?.render(scope);
  const form = new URLSearchParams({ grant_type: 'client_credentials' });
  const headers: HeaderPair[] = [
    ['accept', 'application/json'],
    ['user-agent', defaults.requestHeaders['user-agent']],
    ['content-type', 'application/x-www-form-urlencoded'],
  ];
  const requestedScope = plan.scope?.render(scope) ?? '';
  if (requestedScope !== '') form.set('scope', requestedScope);
  if (plan.clientAuth === 'basic_auth') {
    headers.push(['authorization', `Basic ${toClientBasic(clientId, clientSecret ?? '')}`]);
  } else {
    form.set('client_id', clientId);
    if (clientSecret !== undefined) form.set('client_secret', clientSecret);
  }
  return {
    method: 'POST',
    url: plan.tokenUrl.render(scope),
    headers,
    body: form.toString(),
    credentials: { headers: ['authorization'], query: [], body: true },
  };
}

/** Id and secret are form-encoded first, then joined and base64-encoded (RFC 6749 section 2.3.1). */
function toClientBasic(clientId: string, clientSecret: string): string {
  return Buffer.from(`${formEncode(clientId)}:${formEncode(clientSecret)}`).toString('base64');
}

function formEncode(text: string): string {
  return new URLSearchParams([['', text]]).toString().slice(1);
}

function readMember(answer: TokenAnswer, name: string, pointer: string): unknown {
  const { body } = answer;
  if (typeof body === 'object' && body !== null)
    return Object.hasOwn(body, name) ? Reflect.get(body, name) : undefined;
  throw new FerruleError('TOKEN_MISSING', 'The token answer is not a JSON object', {
    pointer,
    expected: 'a JSON object with access_token (RFC 6749 section 5.1)',
    found: describeAnswer(answer),
  });
}

function readLifetime(answer: TokenAnswer, pointer: string): number {
  const expiresIn = readMember(answer, 'expires_in', pointer);
  if (expiresIn === undefined || expiresIn === null) return DEFAULT_LIFETIME_SECONDS;
  return toLifetimeSeconds(expiresIn, pointer);
}
