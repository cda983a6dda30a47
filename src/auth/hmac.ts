import { createHmac } from 'node:crypto';
import type { HmacPlan } from '../compile/auth/hmac.ts';
import type { PlacementPlan } from '../compile/auth/placement.ts';
import type { LocalValues, RenderScope } from '../compile/render-scope.ts';
import { FerruleError } from '../errors/ferrule-error.ts';
import type { HttpRequest } from '../transport/transport.ts';
import type { AuthServices, AuthStrategy } from './auth-strategy.ts';
import { placeCredential } from './place-credential.ts';
import { createSignedParts, toMessageBytes, toTimestamp } from './signed-parts.ts';
import { bindToUrl } from './signed-request.ts';

/**
 * A keyed hash (RFC 2104) over a message that the author composes of parts of the request. Placements without the
 * signature come first, so a timestamp in the query is part of the query that is signed.
 */
export function createHmacSigning(plan: HmacPlan, services: AuthServices): AuthStrategy {
  const { clock, redactor } = services;
  return {
    authenticate(request, { scope }) {
      const moment = {
        timestamp: toTimestamp(clock.now(), plan.timestampFormat),
        nonce: createNonce(plan.nonceFormat, services),
      };
      const key = decodeKey(plan.key.render(scope), plan);
      const prepared = place(request, plan.before, scope, current => createSignedParts(current, moment, ''));
      const message = plan.message.render({ ...scope, locals: createSignedParts(prepared, moment, '') });
      const signature = createHmac(plan.algorithm, key)
        .update(toMessageBytes(message, prepared, moment))
        .digest(plan.encoding);
      redactor.addFleeting(signature);
      const parts = createSignedParts(prepared, moment, signature);
      return { request: bindToUrl(place(prepared, plan.after, scope, () => parts)) };
    },
  };
}

function place(
  request: HttpRequest,
  placements: readonly PlacementPlan[],
  scope: RenderScope,
  toLocals: (request: HttpRequest) => LocalValues,
): HttpRequest {
  return placements.reduce((placed, placement) => {
    const value = placement.value.render({ ...scope, locals: toLocals(placed) });
    return placeCredential(placed, placement, value);
  }, request);
}

function createNonce(format: HmacPlan['nonceFormat'], { randomBytes }: AuthServices): string {
  const bytes = randomBytes(16);
  if (format === 'hex') return bytes.toString('hex');
  // RFC 9562 section 5.4: version 4, variant 10.
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x40, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

function decodeKey(text: string, { keyEncoding, pointer }: HmacPlan): Buffer {
  const isValid =
    keyEncoding === 'utf8'
      ? text !== ''
      : keyEncoding === 'hex'
        ? /^(?:[\dA-Fa-f]{2})+$/.test(text)
        : /^[A-Za-z0-9+/_-]+={0,2}$/.test(text);
  if (isValid) return Buffer.from(text, keyEncoding);
  throw new FerruleError('CREDENTIAL_INVALID', 'The signing key cannot be used', {
    pointer: `${pointer}/key`,
    expected: keyEncoding === 'utf8' ? 'a key' : `a key in ${keyEncoding}, as keyEncoding says`,
    found: text === '' ? 'an empty text' : `a text that is not ${keyEncoding}`,
  });
}
