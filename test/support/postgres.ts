import { execFile, spawn } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A server of PostgreSQL for one test file: made for it, on a free port of loopback, gone afterwards. */
export interface PostgresCluster {
  /** Of the database `postgres`; every store of a test takes a schema of its own. */
  readonly url: string;
  start(): Promise<void>;
  /** `immediate` is the crash: nothing is written, connections break off. */
  stop(mode?: 'fast' | 'immediate'): Promise<void>;
  /** The text of the whole database. */
  dump(): Promise<string>;
  remove(): Promise<void>;
}

export interface PostgresClusterOptions {
  /** Waits for the disk at every commit, as a server in use does; tests that claim nothing of that kind go without. */
  readonly durable?: boolean;
  /** PEM. */
  readonly tls?: { readonly cert: string; readonly key: string };
}

/** Where the programs are; undefined when PostgreSQL is not installed. */
export const postgresPrograms: string | undefined = findPrograms();

/** Why the tests of PostgreSQL do not run, in words of what to do. */
export const howToGetPostgres = 'PostgreSQL is not installed: apt-get install postgresql';

/** The superuser of the system cannot run it, so then the user `postgres` does. */
const account = process.getuid?.() === 0 ? await findAccount() : undefined;

export async function startPostgres({
  durable = false,
  tls,
}: PostgresClusterOptions = {}): Promise<PostgresCluster> {
  const programs = postgresPrograms;
  if (programs === undefined) throw new Error(howToGetPostgres);
  const folder = mkdtempSync(join(tmpdir(), 'ferrule-postgres-'));
  chmodSync(folder, 0o755);
  if (account !== undefined) chownSync(folder, account.uid, account.gid);
  const files = join(folder, 'cluster');
  const port = await findFreePort();
  const program = (name: string, ...args: readonly string[]) =>
    run(join(programs, name), [...args], { ...account, cwd: folder, maxBuffer: 2 ** 28 });

  const withTls = tls === undefined ? '' : writeCertificate(folder, tls);
  await program('initdb', '-D', files, '-U', 'postgres', '--auth=trust', '-E', 'UTF8', '--no-sync');
  const settings = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c max_connections=100 -c fsync=${durable ? 'on' : 'off'}${withTls}`;
  const cluster: PostgresCluster = {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    async start() {
      const args = ['-D', files, '-l', join(folder, 'log'), '-o', settings, '-w', 'start'];
      // Not by execFile: the server keeps the pipes of whoever starts it.
      const starting = spawn(join(programs, 'pg_ctl'), args, { ...account, cwd: folder, stdio: 'ignore' });
      const code = await new Promise(resolve => starting.once('exit', resolve));
      if (code !== 0) throw new Error(`pg_ctl start ended with ${String(code)}`);
    },
    async stop(mode = 'fast') {
      await program('pg_ctl', '-D', files, '-m', mode, '-w', 'stop');
    },
    async dump() {
      const { stdout } = await program('pg_dump', '--inserts', cluster.url);
      return stdout;
    },
    async remove() {
      // It may have been stopped by the test.
      await cluster.stop('immediate').catch(() => {});
      rmSync(folder, { recursive: true, force: true });
    },
  };
  await cluster.start();
  return cluster;
}

/** The options of the server, which refuses a key that others could read. */
function writeCertificate(
  folder: string,
  { cert, key }: { readonly cert: string; readonly key: string },
): string {
  const [certFile, keyFile] = [join(folder, 'server.crt'), join(folder, 'server.key')];
  writeFileSync(certFile, cert);
  writeFileSync(keyFile, key, { mode: 0o600 });
  if (account !== undefined)
    for (const file of [certFile, keyFile]) chownSync(file, account.uid, account.gid);
  return ` -c ssl=on -c ssl_cert_file=${certFile} -c ssl_key_file=${keyFile}`;
}

function findPrograms(): string | undefined {
  const base = '/usr/lib/postgresql';
  const versions = existsSync(base) ? readdirSync(base).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [
    ...versions.map(version => join(base, version, 'bin')),
    ...(process.env['PATH'] ?? '').split(':'),
  ];
  return folders.find(folder => existsSync(join(folder, 'initdb')));
}

async function findAccount(): Promise<{ readonly uid: number; readonly gid: number } | undefined> {
  if (postgresPrograms === undefined) return undefined;
  const [uid, gid] = await Promise.all(['-u', '-g'].map(flag => run('id', [flag, 'postgres'])));
  return { uid: Number(uid?.stdout), gid: Number(gid?.stdout) };
}

function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
