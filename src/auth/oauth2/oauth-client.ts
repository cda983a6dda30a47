import type { Oauth2Plan } from '../../compile/auth/oauth2.ts';
import type { UrlPlan } from '../../compile/text-plan.ts';
import { FerruleError } from '../../errors/ferrule-error.ts';
import type { HttpRequest } from '../../transport/transport.ts';
import type { AuthCall, AuthServices } from '../auth-strategy.ts';
import { assertStrictAnswer, assertTokenAnswer, type TokenAnswer, withFormBody } from '../token-answer.ts';
import { createSigner } from './assertion.ts';
import { type ClientProof, type OauthParameter, proveClient } from './client-authentication.ts';
import { createDiscovery } from './discovery.ts';
import { toGrantParameters } from './grants.ts';
import { createSamlSigning } from './saml-signer.ts';
import type { EndpointName, ServerMetadata } from './server-metadata.ts';
import { toFormRequest, toTokenRequest } from './token-request.ts';
import { assertStrictToken, withJsonBody } from './token-response.ts';

/** Talks to the authorization server of one connection. */
export interface OauthClient {
  readonly plan: Oauth2Plan;
  readonly services: AuthServices;
  /** Of the issuer; undefined when the definition gives every endpoint itself. */
  metadata(call: AuthCall): Promise<ServerMetadata | undefined>;
  /** The URL of an endpoint, given or discovered; undefined when there is none. */
  findEndpoint(call: AuthCall, name: EndpointName): Promise<string | undefined>;
  /** The same. Throws DISCOVERY_FAILED when there is none. */
  endpoint(call: AuthCall, name: EndpointName): Promise<string>;
  /** Asks by the grant of the definition; undefined when only a person can give it. */
  requestByGrant(call: AuthCall): Promise<TokenAnswer | undefined>;
  /** Asks with the given parameters; a refusal throws TOKEN_REFUSED or TOKEN_REQUEST_FAILED. */
  requestToken(call: AuthCall, parameters: readonly OauthParameter[]): Promise<TokenAnswer>;
  /** The same at the endpoint for refresh tokens. */
  requestRefresh(call: AuthCall, parameters: readonly OauthParameter[]): Promise<TokenAnswer>;
  /** As `requestToken`, whatever the answer is. */
  askForToken(call: AuthCall, parameters: readonly OauthParameter[]): Promise<TokenAnswer>;
  /** Sends a form to another endpoint, authenticated as the client. */
  post(call: AuthCall, name: EndpointName, parameters: readonly OauthParameter[]): Promise<TokenAnswer>;
}

/** Where the definition may give an endpoint itself. */
const endpointFields = {
  token_endpoint: 'tokenUrl',
  introspection_endpoint: 'introspectionUrl',
  revocation_endpoint: 'revocationUrl',
  authorization_endpoint: 'authorizationUrl',
  device_authorization_endpoint: 'deviceAuthorizationUrl',
} as const satisfies Record<EndpointName, string>;

export function createOauthClient(plan: Oauth2Plan, services: AuthServices): OauthClient {
  const { clock, redactor } = services;
  const pointer = `${plan.pointer}/${plan.tokenUrl === null ? 'issuer' : 'tokenUrl'}`;
  const metadata = createDiscovery(plan, services);
  const parts = {
    now: () => clock.now(),
    newId: () => services.randomBytes(16).toString('base64url'),
  };
  const sign = createSigner(parts);
  const signSaml = createSamlSigning(parts);

  const findEndpoint = async (call: AuthCall, name: EndpointName): Promise<string | undefined> => {
    const given = givenEndpoint(plan, name);
    return given === null ? (await metadata(call))?.endpoints.get(name) : given.render(call.scope);
  };
  const endpoint = async (call: AuthCall, name: EndpointName): Promise<string> => {
    const found = await findEndpoint(call, name);
    if (found !== undefined) return found;
    throw new FerruleError('DISCOVERY_FAILED', `The connection has no ${name}`, {
      pointer: `${plan.pointer}/${endpointFields[name]}`,
      expected: `${endpointFields[name]}, or an issuer whose metadata name it`,
      retryable: false,
    });
  };
  const prove = (call: AuthCall, tokenUrl: string): ClientProof => {
    const proof = proveClient(plan.client, call.scope, { sign, tokenUrl });
    for (const text of proof.composed) redactor.addText(text);
    return proof;
  };
  const send = (call: AuthCall, request: HttpRequest) =>
    services.exchange(withSecrets(request, plan.secretNames), {
      scope: call.scope,
      witness: call.witness,
      trust: plan.trust,
      clientCertificate: plan.clientCertificate,
      maxRedirects: 0,
      pointer,
    });
  const ask = async (call: AuthCall, url: string, parameters: readonly OauthParameter[]) => {
    const request = toTokenRequest(plan.parameters, url, parameters, prove(call, url), call.scope);
    const answer = await send(call, request);
    return plan.use.strict ? answer : withFormBody(withJsonBody(answer));
  };
  const judge = (answer: TokenAnswer, place: string): TokenAnswer => {
    assertTokenAnswer(answer, place, redactor);
    if (!plan.use.strict) return answer;
    assertStrictAnswer(answer, place);
    assertStrictToken(answer, place);
    return answer;
  };

  const client: OauthClient = {
    plan,
    services,
    metadata,
    findEndpoint,
    endpoint,
    async requestByGrant(call) {
      const tokenUrl = await endpoint(call, 'token_endpoint');
      const facts = {
        issuer: plan.client.id?.render(call.scope),
        subject: undefined,
        audience: tokenUrl,
        clientSecret: plan.client.secret?.render(call.scope),
      };
      const parameters = toGrantParameters(plan.grant, call.scope, {
        sign,
        signSaml,
        facts,
        pointer: plan.pointer,
      });
      if (parameters === undefined) return undefined;
      for (const [name, value] of parameters) if (name === 'assertion') redactor.addText(value);
      return client.requestToken(call, [...parameters, ...toScopeParameter(plan, call)]);
    },
    async requestToken(call, parameters) {
      return judge(await client.askForToken(call, parameters), pointer);
    },
    async requestRefresh(call, parameters) {
      if (plan.refreshUrl === null) return client.requestToken(call, parameters);
      const answer = await ask(call, plan.refreshUrl.render(call.scope), parameters);
      return judge(answer, `${plan.pointer}/refreshUrl`);
    },
    async askForToken(call, parameters) {
      return ask(call, await endpoint(call, 'token_endpoint'), parameters);
    },
    async post(call, name, parameters) {
      const url = await endpoint(call, name);
      const tokenUrl = await endpoint(call, 'token_endpoint');
      return withJsonBody(await send(call, toFormRequest(url, parameters, prove(call, tokenUrl))));
    },
  };
  return client;
}

/** What the client proves itself with is named, so that it goes only where it may. */
function withSecrets(request: HttpRequest, secrets: readonly string[]): HttpRequest {
  return { ...request, credentials: { ...request.credentials, secrets } };
}

/** Left out when it is empty: RFC 6749 section 3.3 allows no empty scope. */
export function toScopeParameter({ scope }: Oauth2Plan, call: AuthCall): readonly OauthParameter[] {
  const text = scope?.render(call.scope) ?? '';
  return text === '' ? [] : [['scope', text]];
}

function givenEndpoint(plan: Oauth2Plan, name: EndpointName): UrlPlan | null {
  const { grant } = plan;
  switch (name) {
    case 'token_endpoint':
      return plan.tokenUrl;
    case 'introspection_endpoint':
      return plan.introspectionUrl;
    case 'revocation_endpoint':
      return plan.revocationUrl;
    case 'authorization_endpoint':
      return grant.grant === 'authorization_code' ? grant.authorizationUrl : null;
    case 'device_authorization_endpoint':
      return grant.grant === 'device_code' ? grant.deviceAuthorizationUrl : null;
  }
}
