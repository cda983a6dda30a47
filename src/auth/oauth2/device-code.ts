import type { Oauth2Plan } from '../../compile/auth/oauth2.ts';
import { FerruleError } from '../../errors/ferrule-error.ts';
import { pause } from '../../transport/pacing/pause.ts';
import type { AuthCall } from '../auth-strategy.ts';
import { assertTokenAnswer, describeAnswer, type TokenAnswer } from '../token-answer.ts';
import { toAuthorizedToken } from './authorized-token.ts';
import { toIssuedToken } from './issued-token.ts';
import { type OauthClient, toScopeParameter } from './oauth-client.ts';
import { readMember, readText } from './token-response.ts';

/** An authorization on another device, begun (RFC 8628 section 3.2). Plain data: it may be kept between polls. */
export interface DeviceAuthorization {
  /** What the person types, at `verificationUri`. */
  readonly userCode: string;
  readonly verificationUri: string;
  /** The same with the code in it, for a QR code. */
  readonly verificationUriComplete: string | undefined;
  /** For polling; never shown to the person. */
  readonly deviceCode: string;
  /** Milliseconds since the Unix epoch. */
  readonly expiresAtMs: number;
  /** How long to wait between polls. */
  readonly intervalMs: number;
}

export interface AuthorizedDevice {
  readonly status: 'authorized';
  /** What the server granted, when it says so. */
  readonly scope: string | undefined;
  /** Milliseconds since the Unix epoch; `Infinity` when the token has no end. */
  readonly expiresAtMs: number;
}

export type DevicePoll =
  /** Poll again after `intervalMs`. */
  { readonly status: 'pending'; readonly intervalMs: number } | AuthorizedDevice;

/** The device authorization grant (RFC 8628). */
export interface DeviceCodeActions {
  beginDeviceAuthorization(call: AuthCall): Promise<DeviceAuthorization>;
  pollDeviceAuthorization(call: AuthCall, begun: DeviceAuthorization): Promise<DevicePoll>;
  /** Polls until the person has decided. */
  awaitDeviceAuthorization(call: AuthCall, begun: DeviceAuthorization): Promise<AuthorizedDevice>;
}

/** RFC 8628 section 3.2: when the server names no interval; section 3.5: by how much `slow_down` lengthens it. */
const DEFAULT_INTERVAL_MS = 5_000;
const SLOWER_BY_MS = 5_000;

export function createDeviceCode(client: OauthClient, keyOf: (call: AuthCall) => string): DeviceCodeActions {
  const { plan, services } = client;
  const { clock, tokens, redactor } = services;
  /** A server that cannot be reached for a moment decides nothing: it is asked again, more slowly (section 3.5). */
  const pollPatiently = async (call: AuthCall, begun: DeviceAuthorization): Promise<DevicePoll> => {
    try {
      return await actions.pollDeviceAuthorization(call, begun);
    } catch (error) {
      if (!(error instanceof FerruleError && error.retryable)) throw error;
      return { status: 'pending', intervalMs: begun.intervalMs * 2 };
    }
  };
  const actions: DeviceCodeActions = {
    async beginDeviceAuthorization(call) {
      assertGrant(plan);
      const answer = await client.post(call, 'device_authorization_endpoint', toScopeParameter(plan, call));
      const pointer = `${plan.pointer}/deviceAuthorizationUrl`;
      assertTokenAnswer(answer, pointer, redactor);
      const begun = readDeviceAuthorization(answer, clock.now(), pointer);
      redactor.addText(begun.deviceCode);
      return begun;
    },
    async pollDeviceAuthorization(call, begun) {
      assertGrant(plan);
      redactor.addText(begun.deviceCode);
      const answer = await client.askForToken(call, [
        ['grant_type', 'urn:ietf:params:oauth:grant-type:device_code'],
        ['device_code', begun.deviceCode],
      ]);
      const pending = readPending(answer, begun.intervalMs);
      if (pending !== undefined) return pending;
      assertTokenAnswer(answer, `${plan.pointer}/tokenUrl`, redactor);
      const token = await toIssuedToken(plan, answer, { scope: call.scope, services });
      await tokens.put(keyOf(call), toAuthorizedToken(token, call), call.connection);
      return { status: 'authorized', scope: readText(answer, 'scope'), expiresAtMs: token.expiresAtMs };
    },
    async awaitDeviceAuthorization(call, begun) {
      let { intervalMs } = begun;
      while (clock.now() + intervalMs < begun.expiresAtMs) {
        await pause(intervalMs, clock, call);
        const poll = await pollPatiently(call, { ...begun, intervalMs });
        if (poll.status === 'authorized') return poll;
        intervalMs = poll.intervalMs;
      }
      throw new FerruleError('AUTHORIZATION_FAILED', 'Nobody authorised the device in time', {
        pointer: plan.pointer,
        details: { error: 'expired_token' },
      });
    },
  };
  return actions;
}

/** The answer of the device authorization endpoint. Tolerates `verification_url`, as an early draft had it. Pure. */
export function readDeviceAuthorization(
  answer: TokenAnswer,
  nowMs: number,
  pointer: string,
): DeviceAuthorization {
  const deviceCode = readText(answer, 'device_code');
  const userCode = readText(answer, 'user_code');
  const verificationUri = readText(answer, 'verification_uri') ?? readText(answer, 'verification_url');
  const lifetime = Number(readMember(answer, 'expires_in'));
  if (
    deviceCode === undefined ||
    userCode === undefined ||
    verificationUri === undefined ||
    !(lifetime > 0)
  ) {
    throw new FerruleError(
      'AUTHORIZATION_FAILED',
      'The device authorization endpoint gave no usable answer',
      {
        pointer,
        expected: 'device_code, user_code, verification_uri and expires_in (RFC 8628 section 3.2)',
        found: describeAnswer(answer),
      },
    );
  }
  const interval = Number(readMember(answer, 'interval'));
  return {
    deviceCode,
    userCode,
    verificationUri,
    verificationUriComplete: readText(answer, 'verification_uri_complete'),
    expiresAtMs: nowMs + lifetime * 1000,
    intervalMs: interval > 0 ? interval * 1000 : DEFAULT_INTERVAL_MS,
  };
}

/** RFC 8628 section 3.5. Pure. */
export function readPending(answer: TokenAnswer, intervalMs: number): DevicePoll | undefined {
  const error = readText(answer, 'error');
  if (error === 'authorization_pending') return { status: 'pending', intervalMs };
  if (error === 'slow_down') return { status: 'pending', intervalMs: intervalMs + SLOWER_BY_MS };
  return undefined;
}

function assertGrant({ grant, pointer }: Oauth2Plan): void {
  if (grant.grant === 'device_code') return;
  throw new FerruleError('AUTHORIZATION_UNSUPPORTED', 'The connection is not authorised by a device code', {
    pointer: `${pointer}/grant`,
    expected: 'the grant device_code',
    found: grant.grant,
  });
}
