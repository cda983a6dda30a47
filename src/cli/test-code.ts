import { type ConnectionTestReport, createEngine } from '../index.ts';
import { toNativeConnection } from '../spectral/index.ts';
import type { ValueOptions } from './code-values.ts';
import { connectionOfCode } from './connection-of-code.ts';

/** Tries a connection of a file of code stage by stage. It has to declare by `apply` where it goes and how. */
export async function testCode(
  file: string,
  name: string | undefined,
  options: ValueOptions,
  call: { readonly signal: AbortSignal; readonly timeoutMs?: number },
): Promise<ConnectionTestReport> {
  const resolved = await connectionOfCode(file, name, options);
  // An operation makes sure that there is a base URL; it is not sent.
  const operations = [{ name: 'test', config: { method: 'GET', path: '/' } }] as const;
  const { definition } = toNativeConnection(resolved, { operations: [...operations] });
  const engine = createEngine();
  try {
    return await engine.connection(definition).test({}, call);
  } finally {
    await engine.close();
  }
}
