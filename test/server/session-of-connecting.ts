import type { Step } from './session.ts';

/** Where the server of the session says that browsers reach it. */
export const PUBLIC_URL = 'https://ferrule.example.com';

/** The steps by which a person authorises a connection, as far as they need no authorization server. */
export function stepsOfConnecting(): readonly Step[] {
  const auth = {
    authType: 'oauth2',
    grant: 'authorization_code',
    account: 'office',
    authorizationUrl: 'https://login.example.com/authorize',
    tokenUrl: 'https://login.example.com/token',
    clientId: 'ferrule',
    redirectUri: `${PUBLIC_URL}/oauth/callback`,
    scope: 'books offline',
  };
  return [
    {
      title: 'Create a connection that a person must authorise',
      method: 'POST',
      path: '/api/connections',
      body: {
        name: 'Accounting',
        type: 'http',
        config: { configType: 'http', baseUrl: 'https://api.example.com', auth },
      },
      keep: 'accounting',
    },
    {
      title: 'Make a link for the person',
      note: 'Send the browser there. It opens once.',
      method: 'POST',
      path: '/api/connections/{accounting}/authorize',
      body: { loginHint: 'jo@example.com' },
      keep: 'link',
    },
    {
      title: 'Open the link',
      note: 'What the browser gets. Browsers show no key.',
      method: 'GET',
      path: '/oauth/start/{link}',
    },
    {
      title: 'Come back with an answer that nobody waits for',
      method: 'GET',
      path: '/oauth/callback?code=c0de&state=unknown',
    },
    { title: 'Disconnect', method: 'POST', path: '/api/connections/{accounting}/disconnect' },
  ];
}
