export const CONCURRENCY = 16;

/** The connection of the measurements; each number is one with a token of its own. */
export function benchConnection(upstream: number, number = 0) {
  return {
    name: `Bench ${number}`,
    type: 'http' as const,
    config: {
      configType: 'http' as const,
      baseUrl: `http://127.0.0.1:${upstream}/api`,
      auth: {
        authType: 'client_credentials' as const,
        tokenUrl: `http://127.0.0.1:${upstream}/token`,
        clientId: `bench-${number}`,
        clientSecret: '<<Client Secret>>',
      },
    },
    secrets: { 'Client Secret': 'bench-secret' },
  };
}

export const benchOperation = {
  name: 'Users',
  config: {
    configType: 'http' as const,
    method: 'GET' as const,
    path: '/teams/<<Team>>/users',
    params: { q: '<<Query>>', limit: '{{Limit [1-100]}}' },
  },
  outputs: { Total: { value: 'body.total' }, First: { value: "body['users'][0].email" } },
};

export const benchParameters = { Team: 'a b', Query: 'jo', Limit: 10 };
