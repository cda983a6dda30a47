import type { RecordedRequest } from '../support/recording-server.ts';
import type { Chapter } from './chapters.ts';
import type { DemoServers } from './demo-servers.ts';

export function trustChapter(): Chapter {
  const nothingArrived = (requests: readonly RecordedRequest[]) =>
    requests.length === 0 ? undefined : 'expected that no request arrives';
  return {
    title: 'A private certificate authority',
    text: 'The servers’ certificates are signed by a CA that no system knows. The definition names it in caCert.',
    steps: [
      {
        title: 'With the CA it works',
        args: ['run', 'status-page.json', 'Current Status'],
        expected: { exitCode: 0, results: ['"Description": "All up"'] },
      },
      {
        title: 'Without it the connection is refused, and the message says what to do',
        args: ['run', 'without-ca.json', 'Current Status'],
        expected: {
          exitCode: 5,
          notes: ['TLS_CERTIFICATE_UNTRUSTED', 'caCert'],
          wrongRequests: nothingArrived,
        },
      },
      {
        title: 'Another CA does not help',
        args: ['run', 'wrong-ca.json', 'Current Status'],
        expected: { exitCode: 5, notes: ['TLS_CERTIFICATE_UNTRUSTED'], wrongRequests: nothingArrived },
      },
    ],
  };
}

export function redirectChapter({ storage }: DemoServers): Chapter {
  const key = ['--secret-env', 'API Key=API_KEY'];
  return {
    title: 'Redirects',
    text: 'They are followed only where the definition says so, and credentials never go to another server.',
    steps: [
      {
        title: 'Within one server a redirect is followed',
        args: ['run', 'status-page.json', 'Follow Incident', '--param', 'Short Code=42'],
        expected: { exitCode: 0, results: ['"Name": "Slow logins"'] },
      },
      {
        title: 'To another server it is followed too, but the token stays behind',
        args: ['run', 'file-sharing.json', 'Download File', '--param', 'File Id=q3', ...key],
        expected: {
          exitCode: 0,
          results: ['Quarterly figures'],
          wrongRequests: requests => {
            const elsewhere = requests.filter(
              ({ header }) => header['host'] === new URL(storage.origin).host,
            );
            if (elsewhere.length !== 1) return `expected one download, found ${elsewhere.length}`;
            return elsewhere[0]?.header['authorization'] === undefined
              ? undefined
              : 'the token was sent to the other server';
          },
        },
      },
      {
        title: 'Where the definition does not follow, the redirect is the answer',
        args: ['run', 'file-sharing.json', 'Find Download Address', '--param', 'File Id=q3', ...key],
        expected: { exitCode: 0, results: ['/blobs/q3'], notes: ['302'] },
      },
      {
        title: 'From https to http no redirect is followed',
        args: ['run', 'file-sharing.json', 'Download File', '--param', 'File Id=unsafe', ...key],
        expected: { exitCode: 7, notes: ['REDIRECT_REFUSED', 'from https to http'] },
      },
    ],
  };
}

export function streamChapter(): Chapter {
  return {
    title: 'Streams',
    text: 'Events are mapped one by one while they arrive.',
    steps: [
      {
        title: 'Server-sent events',
        args: [
          ...['run', 'assistant.json', 'Generate Text', '--param', 'Model=small-1'],
          ...['--param', 'Prompt=hello "world"', '--secret-env', 'API Key=API_KEY'],
        ],
        expected: { exitCode: 0, results: ['"Delta":"You "', '"Delta":"said: "', 'hello \\"world\\"'] },
      },
      {
        title: 'JSON line by line',
        args: ['run', 'status-page.json', 'Watch Components'],
        expected: { exitCode: 0, results: ['"Component":"Web"', '"Status":"degraded"'] },
      },
    ],
  };
}

export function testChapter(): Chapter {
  return {
    title: 'Testing a connection',
    text: 'A connection is tried stage by stage, so that it is plain how far it comes.',
    steps: [
      {
        title: 'Every stage passes, the token included',
        args: ['test', 'it-service-desk.json', '--secret-env', 'Client Secret=DESK_SECRET'],
        expected: {
          exitCode: 0,
          results: ['dns', 'tls', 'TLSv1.3', 'token received', 'status 200, as expected'],
        },
      },
      {
        title: 'A wrong secret fails the stage that asks for the token',
        args: ['test', 'it-service-desk.json', '--secret-env', 'Client Secret=WRONG_PASSWORD'],
        expected: { exitCode: 4, results: ['TOKEN_REFUSED'], notes: ['invalid_client', 'does not work'] },
      },
      {
        title: 'A missing CA fails the TLS stage',
        args: ['test', 'without-ca.json'],
        expected: { exitCode: 5, results: ['TLS_CERTIFICATE_UNTRUSTED'], notes: ['caCert'] },
      },
    ],
  };
}
