import { randomBytes } from 'node:crypto';
import { type OAuthServer, startOAuthServer } from '../support/oauth-server.ts';
import {
  type RecordedRequest,
  type RecordingServer,
  startRecordingServer,
} from '../support/recording-server.ts';
import { createTestAuthority } from '../support/test-authority.ts';
import { createApi } from './demo-api.ts';

/** The servers of the demo. Each is real, on this machine, and speaks HTTPS under a private CA made for this run. */
export interface DemoServers {
  readonly caCert: string;
  /** A CA that has signed none of the servers. */
  readonly strangerCert: string;
  readonly api: RecordingServer;
  /** Gives a session token for a name and a password. */
  readonly login: RecordingServer;
  readonly oauth: OAuthServer;
  /** Where downloads lie: another origin than the API. */
  readonly storage: RecordingServer;
  /** Values by the name of their environment variable; new ones in each run. */
  readonly env: Readonly<Record<DemoVariable, string>>;
  /** Makes the API forget the next session token that it sees, as if it had restarted. */
  forgetNextSession(): void;
  /** Requests to API, login and storage since the last call. */
  takeRequests(): readonly RecordedRequest[];
  /** Everything that must never be printed: secrets, and the credentials that have arrived so far. */
  secrets(): readonly string[];
  close(): Promise<void>;
}

export type DemoVariable =
  | 'PORTAL_PASSWORD'
  | 'WRONG_PASSWORD'
  | 'API_KEY'
  | 'LOGIN_NAME'
  | 'LOGIN_PASSWORD'
  | 'BILLING_SECRET'
  | 'DESK_SECRET';

export async function startDemoServers(): Promise<DemoServers> {
  const authority = createTestAuthority({ commonName: 'Demo CA' });
  const { key, chain } = authority.issue();
  const tls = { key, cert: chain };
  const random = () => `${randomBytes(9).toString('hex')}+/&% ü`;
  const env: Record<DemoVariable, string> = {
    PORTAL_PASSWORD: random(),
    WRONG_PASSWORD: random(),
    API_KEY: randomBytes(16).toString('hex'),
    LOGIN_NAME: 'asset reader',
    LOGIN_PASSWORD: random(),
    BILLING_SECRET: `${randomBytes(9).toString('hex')}+/:&%=`,
    DESK_SECRET: `${randomBytes(9).toString('hex')}?#"@ !`,
  };
  const [api, login, storage, oauth] = await Promise.all([
    startRecordingServer(tls),
    startRecordingServer(tls),
    startRecordingServer(tls),
    startOAuthServer(
      {
        scope: 'invoices.read invoices.write',
        clients: [
          { id: 'billing-demo', secret: env.BILLING_SECRET, clientAuth: 'basic_auth' },
          { id: 'desk-demo', secret: env.DESK_SECRET, clientAuth: 'www_form_urlencoded' },
        ],
      },
      tls,
    ),
  ]);
  const sessions = new Set<string>();
  const state = { forgetsNextSession: false };
  login.answerWith(({ body }) => {
    const form = new URLSearchParams(body.toString());
    if (form.get('username') !== env.LOGIN_NAME || form.get('password') !== env.LOGIN_PASSWORD) {
      return { status: 401, body: { error: 'invalid_grant', error_description: 'Unknown name or password' } };
    }
    const token = randomBytes(16).toString('hex');
    sessions.add(token);
    return { body: { access_token: token, expires_in: 900 } };
  });
  storage.answerWith({ headers: { 'content-type': 'text/plain' }, body: 'Quarterly figures: all green.' });
  api.answerWith(
    createApi({
      portalPassword: env.PORTAL_PASSWORD,
      apiKey: env.API_KEY,
      storageOrigin: storage.origin,
      clientOf: token => oauth.clientOf(token),
      isSession(token) {
        if (state.forgetsNextSession) sessions.delete(token);
        state.forgetsNextSession = false;
        return sessions.has(token);
      },
    }),
  );
  const recorders = [api, login, storage];
  const taken = new Map(recorders.map(server => [server, 0]));
  const credentials = new Set<string>();
  return {
    caCert: authority.cert,
    strangerCert: createTestAuthority({ commonName: 'Stranger CA' }).cert,
    api,
    login,
    oauth,
    storage,
    env,
    forgetNextSession() {
      state.forgetsNextSession = true;
    },
    takeRequests() {
      const fresh = recorders.flatMap(server => server.requests.slice(taken.get(server)));
      for (const server of recorders) taken.set(server, server.requests.length);
      for (const { header } of fresh) {
        const credential = header['authorization']?.split(' ')[1];
        if (credential !== undefined) credentials.add(credential);
      }
      return fresh;
    },
    secrets() {
      const { LOGIN_NAME: _public, ...secret } = env;
      const plain = Object.values(secret);
      return [...plain, ...plain.map(encodeURIComponent), ...credentials];
    },
    async close() {
      await Promise.all([...recorders, oauth].map(server => server.close()));
    },
  };
}
