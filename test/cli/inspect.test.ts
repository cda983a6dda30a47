import { afterAll, describe, expect, it } from 'vitest';
import { acme } from './definitions.ts';
import { createWorkplace, runCli } from './run-cli.ts';

const workplace = createWorkplace();
const file = workplace.write('acme.json', acme('http://127.0.0.1:9'));
afterAll(() => workplace.remove());

describe('ferrule inspect', () => {
  it('lists the operations with method, path and inputs', async () => {
    const { code, stdout, stderr } = await runCli(['inspect', file]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.split('\n')).toEqual([
      'Operation    Method  Path                    Inputs (* required)',
      'List users   GET     /teams/{{Team*}}/users  Team*, Limit, Order',
      'Create user  POST    /users                  Name*, Age',
      'Watch        GET     /watch (streams)',
      '',
    ]);
  });

  it('shows the inputs of an operation as a table', async () => {
    const { stdout } = await runCli(['inspect', file, 'List users']);
    expect(stdout.split('\n')).toEqual([
      'List users  GET /teams/{{Team*}}/users',
      '',
      'Name   Type          Required  Allowed values  Description',
      'Team   text          yes                       Short name of the team',
      'Limit  whole number  no        0 to 1000',
      'Order  text          no        ASC, DESC',
      '',
    ]);
  });

  it('shows them as JSON Schema', async () => {
    const { stdout } = await runCli(['inspect', file, 'List users', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({
      type: 'object',
      required: ['Team'],
      properties: { Limit: { minimum: 0, maximum: 1000 }, Order: { enum: ['ASC', 'DESC'] } },
    });
  });

  it('names the nearest operation when there is none of that name, and exits with 3', async () => {
    const { code, stdout, stderr } = await runCli(['inspect', file, 'List user']);
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toContain('did you mean: "List users"');
    expect(stderr).toContain('there are: List users, Create user, Watch');
  });
});
