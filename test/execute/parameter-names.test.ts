import { describe, expect, it } from 'vitest';
import { createEngine } from '../../src/index.ts';

describe('the names of parameters', () => {
  it('are those that templates write, each once, and a call takes them as they are', async () => {
    await using engine = createEngine();
    const params = { limit: '{{Limit [0-1000]}}', again: '{{Submission Id}}' };
    const connection = engine.connection({
      name: 'a',
      config: { baseUrl: 'https://a.example.com' },
      operations: [{ name: 'Get', config: { method: 'GET', path: '/{{Submission Id*}}', params } }],
    });
    const names = connection.parameterNames('Get');
    expect(names).toEqual(['Submission Id*', 'Limit [0-1000]']);
    const values = Object.fromEntries(names.map((name, index) => [name, index + 1]));
    expect((await connection.dryRun('Get', values)).url).toBe('https://a.example.com/1?limit=2&again=1');
  });
});
