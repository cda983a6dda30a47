import type { ClientPlan } from '../../compile/auth/oauth-client.ts';
import type { RenderScope } from '../../compile/render-scope.ts';
import type { HeaderPair } from '../../transport/transport.ts';
import type { Signer } from './assertion.ts';

/** A parameter of a request to the authorization server: name, value. */
export type OauthParameter = readonly [name: string, value: string];

/** What a request carries so that the server knows its client. */
export interface ClientProof {
  readonly headers: readonly HeaderPair[];
  readonly parameters: readonly OauthParameter[];
  /** Texts made of secrets, for the redactor. */
  readonly composed: readonly string[];
}

/** RFC 7523 section 2.2. */
const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** Authenticates the client of one request. `tokenUrl` is the default audience of assertions. */
export function proveClient(
  client: ClientPlan,
  scope: RenderScope,
  { sign, tokenUrl }: { readonly sign: Signer; readonly tokenUrl: string },
): ClientProof {
  const id = client.id?.render(scope);
  const secret = client.secret?.render(scope);
  const named = id === undefined ? [] : [toParameter('client_id', id)];
  switch (client.authentication) {
    case 'none':
    // RFC 8705 section 2: the certificate of the connection proves it, the parameter says who it is.
    case 'tls_client_auth':
      return { headers: [], parameters: named, composed: [] };
    case 'basic_auth':
      // RFC 6749 section 2.3.1: id and secret are form-encoded before they are joined.
      return toBasic(`${formEncode(id ?? '')}:${formEncode(secret ?? '')}`);
    case 'basic_auth_raw':
      return toBasic(`${id ?? ''}:${secret ?? ''}`);
    case 'www_form_urlencoded':
      return {
        headers: [],
        parameters: secret === undefined ? named : [...named, toParameter('client_secret', secret)],
        composed: [],
      };
    case 'client_secret_jwt':
    case 'private_key_jwt': {
      const facts = { issuer: id, subject: id, audience: tokenUrl, clientSecret: secret };
      const assertion = client.assertion === null ? '' : sign(client.assertion, scope, facts);
      return {
        headers: [],
        parameters: [
          ...named,
          toParameter('client_assertion_type', ASSERTION_TYPE),
          toParameter('client_assertion', assertion),
        ],
        composed: [assertion],
      };
    }
  }
}

function toBasic(joined: string): ClientProof {
  const credential = Buffer.from(joined).toString('base64');
  return { headers: [['authorization', `Basic ${credential}`]], parameters: [], composed: [credential] };
}

function toParameter(name: string, value: string): OauthParameter {
  return [name, value];
}

function formEncode(text: string): string {
  return new URLSearchParams([['', text]]).toString().slice(1);
}
