import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createRoutes } from '../../src/server/routes/routes.ts';
import { recordSession } from './session.ts';

describe('the session of the documentation', () => {
  it('asks every endpoint, and is what a server answers today', async () => {
    const { page, asked } = await recordSession();
    const endpoints = createRoutes().map(
      ({ method, path }) => `${method} ${path.replaceAll(/:\w+/g, ':id')}`,
    );
    expect(endpoints.filter(endpoint => !asked.has(endpoint))).toEqual([]);
    expect(readFileSync(new URL('../../docs/server-session.md', import.meta.url), 'utf8')).toBe(page);
  });
});
