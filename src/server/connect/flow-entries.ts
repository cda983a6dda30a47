import { FerruleError, SecretValue } from '../../index.ts';
import type { Store } from '../../store.ts';
import { isObject } from '../documents/json.ts';
import type { ConnectRequest } from './connect-request.ts';

/** `start`: a link that nobody opened yet. `callback`: somebody is at the provider. */
export type FlowStep = 'start' | 'callback';

/** A connect flow between two steps. */
export interface Flow {
  readonly connectionId: string;
  readonly request: ConnectRequest;
}

/** Keeps a flow until its next step, which only who knows `token` can take, once, before its time is over. */
export async function keepFlow(
  { authorizationStates }: Store,
  step: FlowStep,
  token: string,
  { connectionId, request }: Flow,
  expiresAtMs: number,
): Promise<void> {
  const content = new SecretValue(JSON.stringify(request));
  await authorizationStates.put(toName(step, token), { connectionId, content, expiresAtMs });
}

/** @throws FerruleError AUTHORIZATION_STATE_INVALID when it was taken before, its time is over, or there never was one */
export async function takeFlow({ authorizationStates }: Store, step: FlowStep, token: string): Promise<Flow> {
  const entry = await authorizationStates.take(toName(step, token));
  if (entry !== undefined) {
    return { connectionId: entry.connectionId, request: parseRequest(entry.content.reveal()) };
  }
  throw new FerruleError('AUTHORIZATION_STATE_INVALID', 'The link is not good any more', {
    expected: 'a link that was just made, and is opened once',
  });
}

/** The name keeps the steps apart: what opens one is nothing to the other. */
function toName(step: FlowStep, token: string): SecretValue {
  return new SecretValue(`${step} ${token}`);
}

/** Whoever can write into the database can do worse than write another request there. */
function parseRequest(text: string): ConnectRequest {
  const value: unknown = JSON.parse(text);
  return isObject(value) ? (value as unknown as ConnectRequest) : { parameters: {}, params: {} };
}
