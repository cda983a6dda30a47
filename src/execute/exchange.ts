import type { AuthServices } from '../auth/auth-strategy.ts';
import { toTokenRequestFailure } from '../auth/token-request-failure.ts';
import type { Clock } from '../base/clock.ts';
import type { Redactor } from '../base/redactor.ts';
import type { ConnectionPlan } from '../compile/connection-plan.ts';
import type { HttpRequest, SendContext, Transport } from '../transport/transport.ts';
import type { Channels } from './channels.ts';
import { readAnswer } from './read-answer.ts';
import type { SecretReader } from './secret-reader.ts';
import { sendToTokenHost } from './token-redirects.ts';

export interface ExchangeParts {
  readonly plan: ConnectionPlan;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly redactor: Redactor;
  readonly channels: Channels;
  readonly secrets: Pick<SecretReader, 'hostsOf'>;
}

/** Answers of token endpoints are small; a large one is a mistake or an attack. */
const MAX_TOKEN_ANSWER_BYTES = 1024 * 1024;

/** Sends token requests: same transport, limits and reading as operations, under a deadline of their own. */
export function createExchange(parts: ExchangeParts): AuthServices['exchange'] {
  const { plan, transport, clock, redactor, channels, secrets } = parts;
  const limits = {
    ...plan.limits,
    maxResponseBytes: Math.min(plan.limits.maxResponseBytes, MAX_TOKEN_ANSWER_BYTES),
    maxDecompressedBytes: Math.min(plan.limits.maxDecompressedBytes, MAX_TOKEN_ANSWER_BYTES),
  };
  return async (given, { pointer, trust, clientCertificate, maxRedirects, scope, witness }) => {
    const certificate = clientCertificate ?? null;
    const shown = channels.certificateSecrets(trust, certificate);
    const request = shown.length === 0 ? given : withSecrets(given, shown);
    const context: SendContext = {
      channel: channels.forTokens(trust, certificate, scope),
      limits,
      timeouts: plan.timeouts,
      deadlineAtMs: clock.monotonicNow() + plan.timeouts.totalMs,
      maxRedirects: 0,
      clock,
      streaming: false,
      tally: { requests: 0 },
      secretHosts: secrets.hostsOf(scope.secrets),
      isSecretText: text => redactor.finds(text),
      ...(witness === undefined
        ? {}
        : { witness: each => witness(Object.assign(each, { authenticates: true })) }),
    };
    try {
      const response = await sendToTokenHost(request, maxRedirects, next => transport.send(next, context));
      return await readAnswer(response);
    } catch (error) {
      throw toTokenRequestFailure(error, pointer);
    }
  };
}

/** The key of a certificate is a secret that only the host it is shown to may see used. */
function withSecrets(request: HttpRequest, secrets: readonly string[]): HttpRequest {
  const { credentials } = request;
  return {
    ...request,
    credentials: { ...credentials, secrets: [...(credentials.secrets ?? []), ...secrets] },
  };
}
