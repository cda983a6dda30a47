import { openStore, readSettings } from '../server.ts';
import type { ApiKey, ApiKeyScope, Store } from '../store.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { toSafeLine } from './safe-text.ts';
import { toTable } from './table.ts';
import type { Terminal } from './terminal.ts';

export interface CreateKeyOptions {
  readonly name: string;
  readonly scope: readonly ApiKeyScope[];
  readonly days?: number;
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** Makes a key of the server that the environment configures, and prints it: the only time that anybody sees it. */
export function createKey({ name, scope, days }: CreateKeyOptions, terminal: Terminal): Promise<ExitCode> {
  return withStore(async store => {
    const expiry = days === undefined ? {} : { expiresAtMs: Date.now() + days * DAY_MS };
    const created = await store.apiKeys.create({ name, scopes: scope, ...expiry });
    terminal.note(`Keep it now, it is not shown again. Its id is ${created.id}.`);
    await terminal.print(created.key.reveal());
    return exitCodes.ok;
  });
}

export function listKeys(terminal: Terminal): Promise<ExitCode> {
  return withStore(async store => {
    const keys = await store.apiKeys.list();
    const rows = keys.map(key => [key.id, key.scopes.join(','), describeState(key), key.name]);
    if (rows.length === 0) terminal.note('There are no keys');
    for (const line of toTable(rows)) await terminal.print(line);
    return exitCodes.ok;
  });
}

export function revokeKey(id: string, terminal: Terminal): Promise<ExitCode> {
  return withStore(async store => {
    if (await store.apiKeys.revoke(id)) {
      terminal.note(`The key ${toSafeLine(id)} opens nothing any more`);
      return exitCodes.ok;
    }
    terminal.note('error: There is no such key, or it was revoked before');
    return exitCodes.input;
  });
}

async function withStore(work: (store: Store) => Promise<ExitCode>): Promise<ExitCode> {
  const { store } = await openStore(readSettings(process.env));
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

function describeState({ createdAtMs, expiresAtMs, revokedAtMs }: ApiKey): string {
  if (revokedAtMs !== undefined) return `revoked ${toDate(revokedAtMs)}`;
  if (expiresAtMs === undefined) return `since ${toDate(createdAtMs)}`;
  return expiresAtMs <= Date.now() ? `over since ${toDate(expiresAtMs)}` : `until ${toDate(expiresAtMs)}`;
}

function toDate(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 10);
}
