import type { RecordedRequest } from '../support/recording-server.ts';
import type { Chapter } from './chapters.ts';

const nothingSent = (requests: readonly RecordedRequest[]) =>
  requests.length === 0 ? undefined : `expected that nothing is sent, found ${requests.length} requests`;

export function lookingChapter(): Chapter {
  return {
    title: 'Look before anything is sent',
    text: 'A definition is data. It can be judged, described and tried out without touching the network.',
    steps: [
      {
        title: 'A good definition is recognised',
        args: ['check', 'service-portal.json'],
        expected: { exitCode: 0, results: ['valid definition'], wrongRequests: nothingSent },
      },
      {
        title: 'A bad one is told all its problems at once, each with its place',
        args: ['check', 'with-mistakes.json'],
        expected: {
          exitCode: 2,
          results: [
            '/config/baseURL',
            'Did you mean "baseUrl"?',
            '/config/auth/password',
            '/operations/0/config/method',
          ],
          wrongRequests: nothingSent,
        },
      },
      {
        title: 'The operations of a connection are listed with their inputs',
        args: ['inspect', 'service-portal.json'],
        expected: { exitCode: 0, results: ['Retrieve User', 'Username*'], wrongRequests: nothingSent },
      },
      {
        title: 'The inputs of one operation come with types, found in their names',
        args: ['inspect', 'service-portal.json', 'List Users'],
        expected: { exitCode: 0, results: ['Limit', '1000', 'ASC, DESC'], wrongRequests: nothingSent },
      },
      {
        title: 'A dry run shows the exact request, its secret masked',
        args: [
          ...['run', 'service-portal.json', 'Retrieve User', '--param', 'Username=jo/doe', '--dry-run'],
          ...['--secret-env', 'Portal Password=PORTAL_PASSWORD'],
        ],
        expected: {
          exitCode: 0,
          results: ['/users/jo%2Fdoe?include=', 'Authorization: Basic [secret]'],
          wrongRequests: nothingSent,
        },
      },
      {
        title: 'The same as a curl command',
        args: ['run', 'status-page.json', 'Current Status', '--curl'],
        expected: { exitCode: 0, results: ['curl', '/api/v2/status.json'], wrongRequests: nothingSent },
      },
    ],
  };
}

export function refusalChapter(): Chapter {
  const run = ['run', 'service-portal.json'];
  const password = ['--secret-env', 'Portal Password=PORTAL_PASSWORD'];
  return {
    title: 'Mistakes, and what is said about them',
    text: 'Whatever is missing or dangerous is refused before a request is sent, in words that say what to do.',
    steps: [
      {
        title: 'A required parameter is missing',
        args: [...run, 'Retrieve User', ...password],
        expected: { exitCode: 3, notes: ['PARAMETER_MISSING', 'Username'], wrongRequests: nothingSent },
      },
      {
        title: 'A parameter is misspelled',
        args: [...run, 'List Users', '--param', 'Qury=jo', ...password],
        expected: { exitCode: 3, notes: ['did you mean', '"Query"'], wrongRequests: nothingSent },
      },
      {
        title: 'There is no such operation',
        args: [...run, 'Lst Users', ...password],
        expected: { exitCode: 3, notes: ['OPERATION_UNKNOWN', '"List Users"'], wrongRequests: nothingSent },
      },
      {
        title: 'A value would leave its path',
        args: [...run, 'Call Any Path', '--param', 'Request Path=../../admin', ...password],
        expected: { exitCode: 7, notes: ['VALUE_REFUSED'], wrongRequests: nothingSent },
      },
      {
        title: 'A secret has no value',
        args: [...run, 'Retrieve Space'],
        expected: { exitCode: 3, notes: ['SECRET_MISSING', 'Portal Password'], wrongRequests: nothingSent },
      },
    ],
  };
}
