import type { Oauth1Plan } from '../compile/auth/oauth1.ts';
import type { RenderScope } from '../compile/render-scope.ts';
import { FerruleError } from '../errors/ferrule-error.ts';
import type { HttpRequest } from '../transport/transport.ts';
import type { AuthServices, AuthStrategy } from './auth-strategy.ts';
import {
  encodeOauth,
  hashBody,
  type Oauth1Secrets,
  type Parameter,
  signBase,
  toSignatureBase,
} from './oauth1-signature.ts';
import { placeCredential } from './place-credential.ts';
import { placeHeader } from './place-header.ts';
import { bindToUrl } from './signed-request.ts';

/** OAuth 1.0a (RFC 5849): every request is signed anew, with a time stamp and a nonce of its own. */
export function createOauth1(plan: Oauth1Plan, services: AuthServices): AuthStrategy {
  const { clock, redactor, randomBytes } = services;
  return {
    authenticate(request, { scope }) {
      const secrets = readSecrets(plan, scope);
      const unsigned = toProtocolParameters(plan, scope, request, {
        timestamp: String(Math.floor(clock.now() / 1000)),
        nonce: randomBytes(16).toString('hex'),
      });
      const base = toSignatureBase(request, unsigned);
      const signature = signBase(base, plan.signatureMethod, secrets, plan.pointer);
      for (const secret of Object.values(secrets)) redactor.addText(secret);
      redactor.addFleeting(signature);
      const token = plan.token?.render(scope);
      if (token !== undefined) redactor.addText(token);
      const parameters: readonly Parameter[] = [...unsigned, ['oauth_signature', signature]];
      const realm = plan.realm?.render(scope);
      const placed =
        plan.in === 'header' ? inHeader(request, parameters, realm) : inQuery(request, parameters, plan);
      return { request: bindToUrl(placed) };
    },
  };
}

/** RFC 5849 section 3.1. A token that renders empty is no token: the request is signed for the client alone. */
function toProtocolParameters(
  plan: Oauth1Plan,
  scope: RenderScope,
  request: HttpRequest,
  { timestamp, nonce }: { readonly timestamp: string; readonly nonce: string },
): readonly Parameter[] {
  const consumerKey = plan.consumerKey.render(scope);
  const token = plan.token?.render(scope) ?? '';
  const bodyHash = plan.bodyHash ? hashBody(request, plan.signatureMethod) : undefined;
  if (consumerKey === '') {
    throw new FerruleError('CREDENTIAL_INVALID', 'The consumer key is empty', {
      pointer: `${plan.pointer}/consumerKey`,
      expected: 'a consumer key',
    });
  }
  return [
    ['oauth_consumer_key', consumerKey],
    ...(token === '' ? [] : [['oauth_token', token] as const]),
    ['oauth_signature_method', plan.signatureMethod],
    ['oauth_timestamp', timestamp],
    ['oauth_nonce', nonce],
    ['oauth_version', '1.0'],
    ...(bodyHash === undefined ? [] : [['oauth_body_hash', bodyHash] as const]),
  ];
}

function readSecrets(plan: Oauth1Plan, scope: RenderScope): Oauth1Secrets {
  return {
    consumerSecret: plan.consumerSecret.render(scope),
    tokenSecret: plan.tokenSecret.render(scope),
    privateKey: plan.privateKey.render(scope),
  };
}

/** RFC 5849 section 3.5.1. The realm is not encoded, so what would end its quotes is escaped (RFC 9110 section 5.6.4). */
function inHeader(
  request: HttpRequest,
  parameters: readonly Parameter[],
  realm: string | undefined,
): HttpRequest {
  const fields = parameters.map(([name, value]) => `${encodeOauth(name)}="${encodeOauth(value)}"`);
  const realmField = realm === undefined ? [] : [`realm="${realm.replaceAll(/["\\]/g, '\\$&')}"`];
  const credential = `OAuth ${[...realmField, ...fields].join(', ')}`;
  if (/[^\P{Cc}\t]/u.test(credential)) {
    throw new FerruleError('CREDENTIAL_INVALID', 'The realm contains a control character');
  }
  return placeHeader(request, 'Authorization', Buffer.from(credential).toString('latin1'));
}

/** RFC 5849 section 3.5.3. */
function inQuery(
  request: HttpRequest,
  parameters: readonly Parameter[],
  { pointer }: Oauth1Plan,
): HttpRequest {
  return parameters.reduce(
    (placed, [name, value]) =>
      placeCredential(placed, { in: 'query', name, wireName: name, pointer }, encodeOauth(value)),
    request,
  );
}
