import type { SecretValue } from '../base/secret-value.ts';
import type { HttpConnectionConfig } from '../definition/definition.ts';
import type { ProxyDefinition } from '../definition/proxy-definition.ts';
import { FerruleError } from '../errors/ferrule-error.ts';
import type { IssueCollector } from '../errors/issue-collector.ts';
import { isAllowed, toSecretHostError } from '../transport/egress/secret-hosts.ts';
import { createProxyChoice, type ProxyChoice } from '../transport/proxies/proxy-choice.ts';
import type { ProxyPlace } from '../transport/proxies/proxy-server.ts';
import { assertSocketPath, type SocketPath } from '../transport/sockets/unix-socket.ts';
import type { SecretHostsPlan } from './secret-hosts.ts';
import type { TemplateCompiler } from './template-compiler.ts';
import type { TextPlan } from './text-plan.ts';

/** The proxy of a connection, its credentials as templates. */
export interface ProxyPlan {
  readonly username: TextPlan | null;
  readonly password: TextPlan | null;
  /** The proxy with rendered credentials. Throws CREDENTIAL_INVALID. */
  readonly createChoice: (
    username: SecretValue | null,
    password: SecretValue | null,
    nowMs: number,
  ) => ProxyChoice;
}

/** What judging a proxy needs to know of its connection. */
export interface ProxySurroundings {
  readonly compiler: TemplateCompiler;
  readonly secretHosts: SecretHostsPlan;
  readonly issues: IssueCollector;
  readonly nowMs: number;
}

const POINTER = '/config/proxy';
const SOCKET_POINTER = '/config/socketPath';

export function compileProxy(
  definition: ProxyDefinition | null,
  { compiler, secretHosts, issues, nowMs }: ProxySurroundings,
): ProxyPlan | null {
  if (definition === null) return null;
  const { url, noProxy, caCert } = definition;
  const place: ProxyPlace = { pointer: POINTER, code: 'DEFINITION_WRONG_VALUE', nowMs, isExempt: false };
  const part = compiler.apart();
  const text = (source: string | null, name: string) =>
    source === null ? null : part.text(source, 'text', `${POINTER}/${name}`);
  const plan: ProxyPlan = {
    username: text(definition.username, 'username'),
    password: text(definition.password, 'password'),
    createChoice: (username, password, atMs) =>
      createProxyChoice({ url, noProxy, caCert, username, password }, { ...place, nowMs: atMs }),
  };
  issues.attempt(`${POINTER}/url`, () => {
    if (/<<|\{\{/.test(url)) throw wrongValue('url', 'The URL of the proxy is not a template', 'plain text');
    const choice = createProxyChoice({ url, noProxy, caCert }, place);
    assertMayReceive(part.secretsUsed, choice, secretHosts);
  });
  return plan;
}

/**
 * The UNIX socket of a connection. It stands for the origin of the base URL, which has to be plain text for that: what
 * a caller could change would decide who is talked to.
 */
export function compileSocketPath(
  { socketPath, proxy, baseUrl }: Pick<HttpConnectionConfig, 'socketPath' | 'proxy' | 'baseUrl'>,
  issues: IssueCollector,
): SocketPath | null {
  if (socketPath === null) return null;
  const socket = issues.attempt(SOCKET_POINTER, () => {
    assertSocketPath(socketPath, { pointer: SOCKET_POINTER, code: 'DEFINITION_WRONG_VALUE' });
    if (proxy !== null) {
      throw new FerruleError('DEFINITION_WRONG_VALUE', 'A connection over a UNIX socket has no proxy', {
        expected: 'either socketPath or proxy',
      });
    }
    const [literal = ''] = /^https?:\/\/[^/?#\\<{]+(?=[/?#]|$)/i.exec(baseUrl) ?? [];
    if (URL.canParse(literal)) return { path: socketPath, origin: new URL(literal).origin };
    throw new FerruleError(
      'DEFINITION_WRONG_VALUE',
      'The base URL names no host that the socket can stand for',
      {
        expected: 'a base URL whose host is plain text, such as http://localhost',
      },
    );
  });
  return socket ?? null;
}

/** A secret that is bound to hosts goes to the proxy only if that is one of them. */
function assertMayReceive(names: readonly string[], choice: ProxyChoice, bindings: SecretHostsPlan): void {
  const target = { origin: 'http://any.invalid', secure: false, host: 'any.invalid', port: 80 };
  const proxy = choice.proxyFor(target);
  if (proxy === undefined) return;
  const url = new URL(proxy.target.origin);
  for (const name of names) {
    const binding = bindings.get(name);
    if (binding !== undefined && !isAllowed(binding, url)) throw toSecretHostError(name, binding, url);
  }
}

function wrongValue(field: string, summary: string, expected: string): FerruleError {
  return new FerruleError('DEFINITION_WRONG_VALUE', summary, { pointer: `${POINTER}/${field}`, expected });
}
