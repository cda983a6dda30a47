import type { Authenticated } from '../auth/auth-strategy.ts';
import type { HttpResponse } from '../transport/transport.ts';
import { type Call, type PreparedCall, prepareAgain, toAuthCall, toSendContext } from './call.ts';
import { judgeResponse, mayReplay } from './rejection.ts';
import type { ReportWriter } from './report-writer.ts';

/** Authenticates and sends, up to the head of the answer that goes to the caller. */
export async function sendAuthenticated(
  call: Call,
  prepared: PreparedCall,
  report: ReportWriter,
  streaming: boolean,
): Promise<HttpResponse> {
  const sending = new Sending(call, prepared, report, streaming);
  return sending.settle(await sending.begin());
}

/** The same in two steps, between which only what has to be is waited for. */
export class Sending {
  readonly #call: Call;
  readonly #report: ReportWriter;
  readonly #streaming: boolean;
  #prepared: PreparedCall;
  #authenticated: Authenticated;

  constructor(call: Call, prepared: PreparedCall, report: ReportWriter, streaming: boolean) {
    this.#call = call;
    this.#report = report;
    this.#streaming = streaming;
    this.#prepared = prepared;
    // As it is without a credential.
    this.#authenticated = prepared;
  }

  /** Sends the request with a credential. May throw instead of giving a promise that is rejected. */
  begin(): Promise<HttpResponse> {
    const authenticating = this.#authenticate();
    return authenticating instanceof Promise
      ? authenticating.then(authenticated => this.#send(authenticated))
      : this.#send(authenticating);
  }

  /** What the caller gets after the first `answer`: nearly always that. */
  settle(answer: HttpResponse): HttpResponse | Promise<HttpResponse> {
    const { rejection } = this.#call.context.strategy;
    this.#report.answered(answer);
    return rejection === undefined && answer.statusCode !== 401 ? answer : this.#judge(answer);
  }

  /** A rejected credential is given up, renewed, and the request sent once more if it may be repeated. */
  async #judge(first: HttpResponse): Promise<HttpResponse> {
    const { strategy } = this.#call.context;
    let answer = first;
    for (let replays = 0; ; replays++) {
      const { response, isRejected } = await judgeResponse(strategy, answer, this.#streaming);
      if (!isRejected || strategy.onRejected === undefined) return response;
      if (replays > 0) return this.#report.rejectedAgain(response);
      if (strategy.onRejected(this.#authenticated, response) === false) return response;
      if (!mayReplay(strategy, this.#prepared.request, response, this.#call.options)) return response;
      response.body.cancel();
      this.#prepared = await prepareAgain(this.#call, this.#prepared);
      answer = await this.begin();
      this.#report.answered(answer);
    }
  }

  #authenticate(): Authenticated | Promise<Authenticated> {
    const { request, scope } = this.#prepared;
    return this.#call.context.strategy.authenticate(request, toAuthCall(this.#call, scope));
  }

  #send(authenticated: Authenticated): Promise<HttpResponse> {
    this.#authenticated = authenticated;
    const { plan, transport } = this.#call.context;
    // What is retried after a wait is authenticated anew: a token may have expired, and a nonce serves once.
    const renewRequest =
      plan.retry === null
        ? undefined
        : async () => {
            this.#authenticated = await this.#authenticate();
            return this.#authenticated.request;
          };
    const { observer } = this.#report;
    const streaming = this.#streaming;
    const context = toSendContext(this.#call, this.#prepared.scope, { streaming, observer, renewRequest });
    this.#report.authenticated(authenticated.token);
    return transport.send(authenticated.request, context);
  }
}
