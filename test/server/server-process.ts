import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** A server as `npm start` runs it, in a process of its own. */
export interface ServerProcess {
  readonly origin: string;
  /** The key of the administrator; empty unless this was the first start on its database. */
  readonly key: string;
  readonly child: ChildProcess;
  /** SIGTERM when left out. Gives the exit code and what it logged when it has ended. */
  end(signal?: NodeJS.Signals): Promise<{ readonly code: number | null; readonly log: string }>;
}

/** Starts a server with these settings, on any free port, until it has said where it listens. */
export async function startServerProcess(
  settings: Readonly<Record<string, string>>,
  isFirst = false,
): Promise<ServerProcess> {
  const child = spawn(process.execPath, ['src/cli/ferrule.ts', 'serve'], {
    cwd: root,
    env: { PATH: process.env['PATH'] ?? '', PORT: '0', FERRULE_SAMPLE: 'false', ...settings },
  });
  let log = '';
  child.stderr.setEncoding('utf8').on('data', text => {
    log += text;
  });
  const ended = once(child, 'close').then(([code]) => ({ code, log }));
  let text = '';
  for await (const chunk of child.stdout.setEncoding('utf8')) {
    text += chunk;
    if (text.split('\n').length > (isFirst ? 2 : 1)) break;
  }
  const [origin = '', line = ''] = text.split('\n');
  if (!origin.startsWith('http')) throw new Error(`The server did not start: ${(await ended).log}`);
  return {
    origin,
    key: line.replace('admin key: ', ''),
    child,
    end(signal = 'SIGTERM') {
      child.kill(signal);
      return ended;
    },
  };
}

export interface Asked {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape.
  readonly body: any;
}

export type Ask = (origin: string, method: string, path: string, body?: unknown) => Promise<Asked>;

/** Asks over kept connections, which costs a fifth of what `fetch` does: the load is to be on the servers. */
export function createAsker(key: string): { readonly ask: Ask; close(): void } {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const ask: Ask = async (origin, method, path, body) => {
    const sent = request(origin + path, {
      agent,
      method,
      headers: {
        authorization: `Bearer ${key}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
    });
    sent.end(body === undefined ? undefined : JSON.stringify(body));
    let response: IncomingMessage | undefined;
    try {
      [response] = (await once(sent, 'response')) as [IncomingMessage];
    } catch (error) {
      // A kept connection that the server closes in the moment it is used again: it has read nothing.
      if (sent.reusedSocket && Reflect.get(Object(error), 'code') === 'ECONNRESET') {
        return ask(origin, method, path, body);
      }
      throw error;
    }
    let text = '';
    for await (const chunk of response.setEncoding('utf8')) text += chunk;
    return { status: response.statusCode ?? 0, body: text === '' ? undefined : JSON.parse(text) };
  };
  return { ask, close: () => agent.destroy() };
}
