import { describe, expect, it } from 'vitest';
import { createPositional } from '../../src/store/postgres/positional.ts';
import { parsePostgresAddress } from '../../src/store/postgres/postgres-address.ts';

describe('the address of a PostgreSQL database', () => {
  it('may hold encoded credentials, an IPv6 address, and the folder of a socket', () => {
    expect(parsePostgresAddress('postgres://us%40er:p%2Fa%3Fss@db.example.com/my%20db')).toEqual({
      host: 'db.example.com',
      port: 5_432,
      user: 'us@er',
      password: 'p/a?ss',
      database: 'my db',
      ssl: false,
    });
    expect(parsePostgresAddress('postgresql://[::1]:6000')).toEqual({ host: '::1', port: 6_000, ssl: false });
    expect(parsePostgresAddress('postgres:///db?host=/var/run/postgresql')).toEqual({
      host: '/var/run/postgresql',
      port: 5_432,
      database: 'db',
      ssl: false,
    });
  });

  it('checks certificates in every mode of TLS, against the name or address that was asked for', () => {
    for (const mode of ['require', 'verify-ca', 'verify-full']) {
      const { ssl } = parsePostgresAddress(`postgres://db.example.com/db?sslmode=${mode}`);
      expect(ssl).toEqual({ rejectUnauthorized: true, host: 'db.example.com', servername: 'db.example.com' });
    }
    const { ssl } = parsePostgresAddress('postgres://10.0.0.5/db', 'PEM');
    expect(ssl).toEqual({ rejectUnauthorized: true, host: '10.0.0.5', ca: 'PEM' });
    expect(parsePostgresAddress('postgres://10.0.0.5/db?sslmode=disable').ssl).toBe(false);
  });
});

describe('named parameters', () => {
  it('become numbered ones, once per name, and casts stay casts', () => {
    const toStatement = createPositional('clock()');
    const sql =
      "SELECT a::TEXT FROM t WHERE b = :name AND c = :id AND d > :now AND e = :name LIKE '!%' ESCAPE '!'";
    const { text, values } = toStatement(sql, { id: 7, name: 'n' });
    expect(text).toBe(
      "SELECT a::TEXT FROM t WHERE b = $1 AND c = $2 AND d > clock() AND e = $1 LIKE '!%' ESCAPE '!'",
    );
    expect(values).toEqual(['n', 7]);
    expect(createPositional(undefined)('SELECT :now', { now: 5 })).toEqual({
      text: 'SELECT $1',
      values: [5],
    });
  });
});
