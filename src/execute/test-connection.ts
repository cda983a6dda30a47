import type { TestExpectation } from '../compile/test-plan.ts';
import { errorAtSource } from '../errors/error-at-source.ts';
import { FerruleError } from '../errors/ferrule-error.ts';
import { redactError } from '../errors/redact-error.ts';
import type { ProbeContext } from '../transport/transport.ts';
import { beginCall, prepareCall, toAuthCall, toSendContext } from './call.ts';
import type { CallOptions, ExecutionContext } from './execution-context.ts';
import { type Answer, readAnswer } from './read-answer.ts';
import { ReportWriter } from './report-writer.ts';
import { sendAuthenticated } from './sending.ts';

export type TestStageName = 'dns' | 'connect' | 'tls' | 'token' | 'request' | 'assertion';

export interface TestStage {
  readonly name: TestStageName;
  readonly status: 'passed' | 'failed' | 'skipped';
  /** Milliseconds; 0 for a stage that was skipped. */
  readonly durationMs: number;
  /** What was found, in words: an address, a TLS version, a status. */
  readonly detail?: string;
  /** The error as plain data, secrets masked. */
  readonly error?: Readonly<Record<string, unknown>>;
}

export interface ConnectionTestReport {
  readonly connection: string;
  readonly ok: boolean;
  readonly stages: readonly TestStage[];
  /** Left out when no answer came. */
  readonly statusCode?: number;
  readonly durationMs: number;
}

/**
 * Tries a connection the way an operation would use it, and says how far it came. A stage that failed ends the test;
 * the stages after it are skipped. dns, connect and tls are tried on a connection of their own, so that a pooled
 * socket does not hide a problem.
 */
export async function testConnection(
  parameters: Readonly<Record<string, unknown>>,
  context: ExecutionContext,
  options: CallOptions,
): Promise<ConnectionTestReport> {
  const { operation, expectation } = context.plan.test;
  const call = beginCall(operation, context, { ...options, lenient: true });
  const stages = new StageList(context);
  let answer: Answer | undefined;
  try {
    const prepared = await prepareCall(call, parameters);
    const { request, scope } = prepared;
    await stages.connect(request.url, toSendContext(call, scope, { streaming: false }));
    await stages.run('token', async () => {
      const { token } = await context.strategy.authenticate(request, toAuthCall(call, scope));
      const detail = token && (token.source === 'cache' ? 'token at hand' : 'token received');
      return { result: undefined, detail, skipped: token === undefined };
    });
    const received = await stages.run('request', async () => {
      const response = await sendAuthenticated(call, prepared, new ReportWriter(call), false);
      const result = await readAnswer(response);
      return { result, detail: `status ${result.statusCode}` };
    });
    answer = received;
    await stages.run('assertion', async () => ({
      result: undefined,
      detail: await assertExpected(received, expectation),
    }));
  } catch (error) {
    stages.fail(error);
  }
  const report: ConnectionTestReport = {
    connection: context.plan.name,
    ok: stages.allPassed,
    stages: stages.toList(),
    ...(answer === undefined ? {} : { statusCode: answer.statusCode }),
    durationMs: context.clock.monotonicNow() - call.startedAtMs,
  };
  context.log?.tested(report);
  return report;
}

const ORDER: readonly TestStageName[] = ['dns', 'connect', 'tls', 'token', 'request', 'assertion'];

interface StageResult<Result> {
  readonly result: Result;
  readonly detail?: string | undefined;
  readonly skipped?: boolean;
}

class StageList {
  readonly #context: ExecutionContext;
  readonly #stages = new Map<TestStageName, TestStage>();
  /** A request that cannot even be rendered fails the stage that would send it. */
  #current: TestStageName = 'request';
  #startedAtMs: number;

  constructor(context: ExecutionContext) {
    this.#context = context;
    this.#startedAtMs = context.clock.monotonicNow();
  }

  get allPassed(): boolean {
    return (
      ![...this.#stages.values()].some(({ status }) => status === 'failed') && this.#stages.has('assertion')
    );
  }

  async run<Result>(name: TestStageName, work: () => Promise<StageResult<Result>>): Promise<Result> {
    this.#begin(name);
    const { result, detail, skipped } = await work();
    this.#set(name, skipped ? 'skipped' : 'passed', this.#elapsed(), detail);
    return result;
  }

  /** dns, connect and tls: one attempt to open a connection, told apart by what it reports. */
  async connect(url: string, probe: ProbeContext): Promise<void> {
    this.#begin('dns');
    const phases = await this.#context.transport.probe(url, probe);
    this.#set('dns', phases.dnsMs === undefined ? 'skipped' : 'passed', phases.dnsMs ?? 0, phases.address);
    this.#set('connect', 'passed', phases.connectMs ?? 0, phases.address);
    this.#set('tls', phases.tlsMs === undefined ? 'skipped' : 'passed', phases.tlsMs ?? 0, phases.tlsVersion);
  }

  /** The stage at hand failed; an error of opening the connection says itself which stage it was. */
  fail(error: unknown): void {
    const failure =
      error instanceof FerruleError
        ? error
        : new FerruleError('INTERNAL_DEFECT', 'Ferrule failed in a way it should not', { cause: error });
    const opening = this.#current === 'dns';
    // A request that uses values kept from the token answer waits for the token before anything else.
    const current = failure.stage === 'authenticate' ? 'token' : this.#current;
    const name = opening ? connectStageOf(failure) : current;
    const { redactor, toSourcePointer } = this.#context;
    const shown = redactError(errorAtSource(failure, toSourcePointer), redactor);
    if (opening) {
      const { dnsMs, connectMs } = failure.details;
      if (name !== 'dns') this.#setTimed('dns', dnsMs);
      if (name === 'tls') this.#setTimed('connect', connectMs);
    }
    this.#stages.set(name, { name, status: 'failed', durationMs: this.#elapsed(), error: shown.toJSON() });
  }

  toList(): readonly TestStage[] {
    return ORDER.map(name => this.#stages.get(name) ?? { name, status: 'skipped', durationMs: 0 });
  }

  #begin(name: TestStageName): void {
    this.#current = name;
    this.#startedAtMs = this.#context.clock.monotonicNow();
  }

  #set(
    name: TestStageName,
    status: TestStage['status'],
    durationMs: number,
    detail?: string | undefined,
  ): void {
    const shown = detail === undefined ? {} : { detail: this.#context.redactor.redact(detail) };
    this.#stages.set(name, { name, status, durationMs, ...shown });
  }

  /** A stage that was left behind, if it happened: an address needs no DNS. */
  #setTimed(name: TestStageName, durationMs: unknown): void {
    if (typeof durationMs === 'number') this.#set(name, 'passed', durationMs);
    else this.#set(name, 'skipped', 0);
  }

  #elapsed(): number {
    return this.#context.clock.monotonicNow() - this.#startedAtMs;
  }
}

/** Which stage of opening a connection an error belongs to. */
function connectStageOf({ code }: FerruleError): TestStageName {
  if (code === 'DNS_FAILED' || code === 'EGRESS_REFUSED' || code === 'URL_INVALID') return 'dns';
  if (code.startsWith('TLS_')) return 'tls';
  return code.startsWith('CONNECT') || code.startsWith('PROXY_') ? 'connect' : 'dns';
}

/** What was expected and found, in words; throws TEST_FAILED when it was not as expected. */
async function assertExpected(answer: Answer, expectation: TestExpectation): Promise<string> {
  const { statusCode } = answer;
  switch (expectation.kind) {
    case 'success':
      return check(statusCode >= 200 && statusCode < 300, 'a status of 2xx', `status ${statusCode}`);
    case 'reachable':
      return check(
        statusCode < 500 && ![401, 403, 407].includes(statusCode),
        'an answer that neither refuses the credentials nor reports a failure of the server',
        `status ${statusCode}`,
      );
    case 'status':
      return check(
        expectation.statusCodes.includes(statusCode),
        `status ${expectation.statusCodes.join(' or ')}`,
        `status ${statusCode}`,
      );
    case 'expression': {
      const value = await expectation.expression.evaluate(answer);
      return check(value === true, `${expectation.expression.source} to be true`, `${typeof value}`);
    }
  }
}

function check(holds: boolean, expected: string, found: string): string {
  if (holds) return `${found}, as expected`;
  throw new FerruleError('TEST_FAILED', 'The connection answers, but not as the test expects', {
    expected,
    found,
  });
}
