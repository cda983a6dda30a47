import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import type { AwsSignatureV4Plan } from '../compile/auth/aws-signature-v4.ts';
import type { RenderScope } from '../compile/render-scope.ts';
import type { TextPlan } from '../compile/text-plan.ts';
import { FerruleError } from '../errors/ferrule-error.ts';
import type { HttpRequest } from '../transport/transport.ts';
import type { AuthServices, AuthStrategy } from './auth-strategy.ts';
import { hashHex, toCanonicalRequest } from './aws-canonical-request.ts';
import { placeHeader } from './place-header.ts';
import { bindToUrl } from './signed-request.ts';

/** What a signature is made with. */
export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string | undefined;
  readonly region: string;
  readonly service: string;
}

/** The services that sign paths as S3 does: encoded once, and with a header for the hash of the payload. */
const S3_SERVICES = new Set(['s3', 's3-object-lambda', 's3-outposts', 's3express']);

/** AWS Signature Version 4 in the Authorization header, dated by the engine's clock. */
export function createAwsSignatureV4(
  plan: AwsSignatureV4Plan,
  { clock, redactor }: AuthServices,
): AuthStrategy {
  const deriveKey = rememberLast(deriveSigningKey);
  return {
    authenticate(request, { scope }) {
      const credentials = readCredentials(plan, scope);
      redactor.addText(credentials.secretAccessKey);
      if (credentials.sessionToken !== undefined) redactor.addText(credentials.sessionToken);
      const { signed, signature } = signAwsRequest(request, credentials, clock.now(), deriveKey);
      redactor.addFleeting(signature);
      return { request: signed };
    },
  };
}

/**
 * Adds `x-amz-date`, the session token, for S3 the hash of the payload, and the signature over all of it.
 * A `x-amz-content-sha256` header that the request brings along, such as `UNSIGNED-PAYLOAD`, stands for the payload.
 */
export function signAwsRequest(
  request: HttpRequest,
  credentials: AwsCredentials,
  nowMs: number,
  deriveKey: KeyDerivation = deriveSigningKey,
): { readonly signed: HttpRequest; readonly signature: string } {
  const { accessKeyId, secretAccessKey, sessionToken, region, service } = credentials;
  const isS3 = S3_SERVICES.has(service);
  const date = new Date(nowMs).toISOString().replaceAll(/[-:]|\.\d+/g, '');
  const day = date.slice(0, 8);
  const given = request.headers.find(([name]) => name.toLowerCase() === 'x-amz-content-sha256')?.[1];
  const payloadHash = given ?? hashHex(request.body);
  let dated = placeHeader(request, 'X-Amz-Date', date);
  if (sessionToken !== undefined) dated = placeHeader(dated, 'X-Amz-Security-Token', sessionToken);
  if (isS3) dated = placeHeader(dated, 'X-Amz-Content-Sha256', payloadHash);
  const { text, signedHeaders } = toCanonicalRequest(dated, isS3 ? 'once' : 'twice', payloadHash);
  const scope = `${day}/${region}/${service}/aws4_request`;
  const stringToSign = ['AWS4-HMAC-SHA256', date, scope, hashHex(text, 'latin1')].join('\n');
  const key = deriveKey(secretAccessKey, day, region, service);
  const signature = hmac(key, stringToSign).toString('hex');
  const credential = `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${signedHeaders}, Signature=${signature}`;
  return { signed: bindToUrl(placeHeader(dated, 'Authorization', credential)), signature };
}

function readCredentials(plan: AwsSignatureV4Plan, scope: RenderScope): AwsCredentials {
  const read = (text: TextPlan, name: string) => {
    const value = text.render(scope);
    if (/^[^\s\p{Cc}]+$/u.test(value)) return value;
    throw new FerruleError('CREDENTIAL_INVALID', `The field ${name} cannot be signed with`, {
      pointer: `${plan.pointer}/${name}`,
      expected: 'text without spaces and line breaks',
      found: value === '' ? 'an empty text' : 'a text with spaces or line breaks',
    });
  };
  const hasSession = plan.sessionToken !== null && plan.sessionToken.render(scope) !== '';
  return {
    accessKeyId: read(plan.accessKeyId, 'accessKeyId'),
    secretAccessKey: read(plan.secretAccessKey, 'secretAccessKey'),
    sessionToken:
      hasSession && plan.sessionToken !== null ? read(plan.sessionToken, 'sessionToken') : undefined,
    region: read(plan.region, 'region'),
    service: read(plan.service, 'service'),
  };
}

type KeyDerivation = (secret: string, day: string, region: string, service: string) => KeyObject;

function deriveSigningKey(secret: string, day: string, region: string, service: string): KeyObject {
  return createSecretKey([region, service, 'aws4_request'].reduce(hmac, hmac(`AWS4${secret}`, day)));
}

/** A key holds for a day, and deriving it is most of the work: 75 of 95 µs per request. */
function rememberLast(derive: KeyDerivation): KeyDerivation {
  let last: { readonly parts: readonly string[]; readonly key: KeyObject } | undefined;
  return (...parts) => {
    if (last === undefined || last.parts.some((part, index) => part !== parts[index])) {
      last = { parts, key: derive(...parts) };
    }
    return last.key;
  };
}

function hmac(key: string | Buffer | KeyObject, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
