import type { Clock } from '../base/clock.ts';
import type { Redactor } from '../base/redactor.ts';
import type { ClientCertificatePlan } from '../compile/client-certificate.ts';
import type { RenderScope } from '../compile/render-scope.ts';
import type { ExpressionScope } from '../expression/expression.ts';
import type { Witness } from '../transport/observation/witness.ts';
import type { HttpRequest, HttpResponse } from '../transport/transport.ts';
import type { TrustPlan } from '../transport/trust/trust.ts';
import type { AuthorizationActions } from './oauth2/authorization-actions.ts';
import type { AuthorizationStates } from './oauth2/authorization-state.ts';
import type { Token } from './token.ts';
import type { TokenAnswer } from './token-answer.ts';
import type { CallerPatience, TokenKeeper } from './token-keeper.ts';

/** Proves to a server who we are. One file per strategy; each is made by a factory that checks its plan. */
export interface AuthStrategy {
  /** The request with its credential. Not a promise when everything needed is at hand. */
  authenticate(request: HttpRequest, call: AuthCall): Authenticated | Promise<Authenticated>;
  /**
   * Told that the server rejected the credential (401), and how. Invalidates exactly that credential; the caller then
   * authenticates and sends once more, unless the answer is false: the second time would go like the first.
   * Strategies that can never do better the second time leave it out.
   */
  onRejected?(rejected: Authenticated, answer: RejectionHead): boolean | undefined;
  /** The token that a request would carry now, fetched or renewed if need be. Only where there are tokens. */
  token?(call: AuthCall): Promise<Token>;
  /** Forgets the token that would be used, so that the next call asks for a new one. Only where there are tokens. */
  forget?(call: AuthCall): Promise<void>;
  /** Renews the token that would be used when it is due; undefined when it is not the one that `key` names. */
  renew?(call: AuthCall, key: string | undefined): Promise<Token | undefined>;
  /** The OAuth steps that belong to no operation. Made anew each time: they are rare. */
  authorization?(): AuthorizationActions;
  /** How rejection shows in an answer, when it is not by a status of 401. */
  readonly rejection?: Rejection;
  /**
   * The values kept from the answer that brought the token, which is fetched if there is none. Asked before a request
   * is rendered whose templates use them. Nothing when a token may not be fetched.
   */
  kept?(call: AuthCall): KeptValues | undefined | Promise<KeptValues | undefined>;
}

export type KeptValues = ReadonlyMap<string, unknown>;

/** A definition's own way to tell that an answer rejects the credential. */
export interface Rejection {
  /** True when the body has to be read before it can be told. */
  readonly seesBody: boolean;
  isRejected(answer: ExpressionScope): boolean | Promise<boolean>;
  /** True when writes may be sent once more. */
  readonly replaysWrites: boolean;
}

/** The head of the answer that rejected a credential. */
export type RejectionHead = Pick<HttpResponse, 'statusCode' | 'headers'>;

/** What a strategy gets to know of the call it serves. */
export interface AuthCall extends CallerPatience {
  readonly scope: RenderScope;
  /** False for a dry run: a token that is not at hand is then shown as `[token]` instead of being fetched. */
  readonly fetchTokens: boolean;
  /** Shown the requests that are sent to authenticate the call, when it is recorded. */
  readonly witness?: Witness | undefined;
}

export interface Authenticated {
  readonly request: HttpRequest;
  readonly token?: UsedToken;
}

export interface UsedToken {
  readonly key: string;
  readonly token: Token;
  /** `cache`: was at hand. `requested`: this call waited for the token request. */
  readonly source: 'cache' | 'requested';
}

/** What strategies are given by the engine. */
export interface AuthServices {
  readonly clock: Clock;
  readonly tokens: TokenKeeper;
  readonly states: AuthorizationStates;
  readonly redactor: Redactor;
  /** Unpredictable bytes, for nonces. */
  randomBytes(size: number): Buffer;
  /**
   * Sends a token request and reads its answer, by the same code that executes operations, under a deadline of
   * its own.
   */
  exchange(request: HttpRequest, target: TokenTarget): Promise<TokenAnswer>;
  /**
   * Names the certificate that a token endpoint is shown: `certificate`, or what the connection shows to the hosts it
   * trusts like itself. Empty when it is shown none.
   */
  certificateKey(target: Pick<TokenTarget, 'trust' | 'clientCertificate' | 'scope'>): string;
}

export interface TokenTarget {
  /** JSON pointer of the token request, for messages. */
  readonly pointer: string;
  /** For a client certificate that is made of secrets. */
  readonly scope: RenderScope;
  readonly trust: TrustPlan;
  /** A certificate of its own for the token host; what the connection shows when null or left out. */
  readonly clientCertificate?: ClientCertificatePlan | null;
  /** 0: a redirect is an answer. Only redirects that repeat the request (307, 308) to the same origin are followed. */
  readonly maxRedirects: number;
  readonly witness?: Witness | undefined;
}
