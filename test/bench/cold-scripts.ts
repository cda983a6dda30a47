import { toHandRequest } from './clients/by-hand.ts';
import { toDefinition } from './clients/ferrule.ts';

/** Both scripts fetch a token, send the same GET and check the same values. */
export const checkedValues = 'a token request and a GET';

/** Notes what the process has used so far: after the imports, and before the first request. */
export const markStage = '(globalThis.marks ??= []).push(process.cpuUsage());';

const parameters = { 'Request Id': 'r1', Tenant: 1, Trace: '1', Team: 'a b', Query: 'jo ann', Limit: 10 };

/** With a `mark`, the script does that between its stages. */
export function coldFerrule(origin: string, entry: string, mark = ''): string {
  const definition = toDefinition({ kind: 'get', origin, tokenOrigin: origin });
  return `
import { createEngine } from ${JSON.stringify(entry)};
${mark}
const engine = createEngine();
const connection = engine.connection(${JSON.stringify(definition)});
${mark}
const { outputs } = await connection.execute('Users', ${JSON.stringify(parameters)});
if (outputs.Total !== 10 || !outputs.Names.startsWith('User 1, ')) throw new Error('another answer');
await engine.close();`;
}

export function coldUndici(origin: string, mark = ''): string {
  const { path, headers } = toHandRequest('get', 1);
  const { authorization: _, ...others } = headers;
  return `
import { Agent, request } from 'undici';
${mark}
const dispatcher = new Agent();
${mark}
const granted = await request('${origin}/token', {
  method: 'POST',
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  body: 'grant_type=client_credentials&client_id=bench&client_secret=bench-secret',
  dispatcher,
});
const { access_token: token } = await granted.body.json();
const headers = { ...${JSON.stringify(others)}, authorization: \`Bearer \${token}\` };
const { body } = await request(${JSON.stringify(origin + path)}, { headers, dispatcher });
const answer = await body.json();
const names = answer.users.map(user => user.name).join(', ');
if (answer.total !== 10 || !names.startsWith('User 1, ')) throw new Error('another answer');
await dispatcher.close();`;
}
