import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import type { HmacPlan } from '../compile/auth/hmac.ts';
import type { PlacementPlan } from '../compile/auth/placement.ts';
import type { LocalValues, RenderScope } from '../compile/render-scope.ts';
import { FerruleError } from '../errors/ferrule-error.ts';
import type { HttpRequest } from '../transport/transport.ts';
import type { AuthServices, AuthStrategy } from './auth-strategy.ts';
import { placeCredential } from './place-credential.ts';
import { createSignedParts, type SigningMoment, toMessageBytes, toTimestamp } from './signed-parts.ts';
import { bindToUrl } from './signed-request.ts';
import { SigningValues, toRequestView } from './signing-values.ts';

/**
 * A keyed hash (RFC 2104) over a message that the author composes of parts of the request. Placements without the
 * signature come first, so a timestamp in the query is part of the query that is signed.
 */
export function createHmacSigning(plan: HmacPlan, services: AuthServices): AuthStrategy {
  const { clock, redactor } = services;
  /** The last key, ready to be used: making it costs as much as a signature. */
  let last: { readonly text: string; readonly key: KeyObject } | undefined;
  const toKey = (text: string) => {
    if (last?.text !== text) last = { text, key: createSecretKey(decodeKey(text, plan)) };
    return last.key;
  };
  return {
    authenticate(request, { scope }) {
      const moment = {
        timestamp: toTimestamp(clock.now(), plan.timestampFormat),
        nonce: createNonce(plan.nonceFormat, services),
      };
      const key = toKey(plan.key.render(scope));
      const values = new SigningValues(plan.values, scope, services);
      const scopeOf = (current: HttpRequest, signature = ''): RenderScope => ({
        ...scope,
        locals: toLocals(values, current, moment, signature),
      });
      const prepared = place(request, plan.before, current => scopeOf(current));
      const message = toMessage(plan, plan.message.render(scopeOf(prepared)), prepared, moment);
      const signature = createHmac(plan.algorithm, key).update(message).digest(plan.encoding);
      redactor.addFleeting(signature);
      const signed = scopeOf(prepared, signature);
      return { request: bindToUrl(place(prepared, plan.after, () => signed)) };
    },
  };
}

function toLocals(
  values: SigningValues,
  request: HttpRequest,
  moment: SigningMoment,
  signature: string,
): LocalValues {
  const parts = createSignedParts(request, moment, signature);
  const toView = () => toRequestView(request, moment, signature);
  return { get: name => (values.has(name) ? values.get(name, toView) : parts.get(name)) };
}

function place(
  request: HttpRequest,
  placements: readonly PlacementPlan[],
  toScope: (request: HttpRequest) => RenderScope,
): HttpRequest {
  return placements.reduce(
    (placed, placement) => placeCredential(placed, placement, placement.value.render(toScope(placed))),
    request,
  );
}

function toMessage(plan: HmacPlan, text: string, request: HttpRequest, moment: SigningMoment): Buffer {
  if (plan.messageEncoding === 'utf8') return toMessageBytes(text, request, moment);
  return decodeText(text, plan.messageEncoding, `${plan.pointer}/message`, 'message');
}

function decodeKey(text: string, { keyEncoding, pointer }: HmacPlan): Buffer {
  if (text !== '') return decodeText(text, keyEncoding, `${pointer}/key`, 'key');
  throw new FerruleError('CREDENTIAL_INVALID', 'The signing key is empty', {
    pointer: `${pointer}/key`,
    expected: 'a key',
  });
}

/** Base64 may be of either alphabet; what Node would skip is refused. */
function decodeText(
  text: string,
  encoding: HmacPlan['keyEncoding'],
  pointer: string,
  kind: 'key' | 'message',
): Buffer {
  const alphabets = { utf8: /^/, hex: /^(?:[\dA-Fa-f]{2})*$/, base64: /^[A-Za-z0-9+/_-]*={0,2}$/ };
  if (alphabets[encoding].test(text)) return Buffer.from(text, encoding);
  throw new FerruleError('CREDENTIAL_INVALID', `The ${kind} is not written as it should be`, {
    pointer,
    expected: `${encoding}, as ${kind}Encoding says`,
  });
}

function createNonce(format: HmacPlan['nonceFormat'], { randomBytes }: AuthServices): string {
  const bytes = randomBytes(16);
  if (format === 'hex') return bytes.toString('hex');
  // RFC 9562 section 5.4: version 4, variant 10.
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x40, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
