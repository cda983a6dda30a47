/** A connection with a bearer token, as people write it. */
export function acme(baseUrl: string, changes: Readonly<Record<string, unknown>> = {}) {
  return {
    name: 'Acme',
    type: 'http',
    config: {
      configType: 'http',
      baseUrl,
      testPath: '/me',
      auth: { authType: 'raw_bearer_token', token: '<<API Key>>', header: 'Authorization', prefix: 'Bearer' },
    },
    secrets: { 'API Key': null },
    operations: [
      {
        name: 'List users',
        config: {
          configType: 'http',
          method: 'GET',
          path: '/teams/{{Team*}}/users',
          params: { limit: '{{Limit [0-1000]}}', order: '{{Order [ASC, DESC]}}' },
        },
        inputs: { Team: { description: 'Short name of the team' } },
        outputs: { Names: { value: 'body.names' } },
      },
      {
        name: 'Create user',
        config: {
          configType: 'http',
          method: 'POST',
          path: '/users',
          params: { key: '{{API Key}}' },
          headers: { 'Content-Type': 'application/json' },
          body: { bodyType: 'raw', raw: '{"name": "{{Name*}}", "age": {{Age}}, "proof": "{{API Key}}"}' },
        },
      },
      {
        name: 'Watch',
        config: { configType: 'http', method: 'GET', path: '/watch', streamResponse: true },
        outputs: { Count: { value: 'body.count' } },
      },
    ],
    ...changes,
  };
}
