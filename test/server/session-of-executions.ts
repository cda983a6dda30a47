import type { Step } from './session.ts';

/** The part of the session about executions that are done later. */
export function stepsOfExecutions(connectionId: string, operationId: string): readonly Step[] {
  return [
    {
      title: 'Execute later',
      note: 'What is answered with 202 is kept until it was done. Each row is an execution; sent again with the same key, nothing is added.',
      method: 'POST',
      path: '/api/executions',
      headers: { 'Idempotency-Key': 'import-1' },
      body: { connectionId, operationId, rows: [{ Author: 'Shelley' }, { Autor: 'Eliot' }], attempts: 3 },
      keep: 'execution',
    },
    {
      title: 'What came of it',
      method: 'GET',
      path: '/api/executions/{execution}',
      until: '"state":"succeeded"',
    },
    {
      title: 'Those that failed',
      note: 'Newest first, without outputs. `before` with a sequence gives the next page.',
      method: 'GET',
      path: `/api/executions?connectionId=${connectionId}&state=failed&limit=1`,
      until: '"state":"failed"',
      keep: 'failed',
    },
    {
      title: 'Try it again',
      note: 'Only what failed or was cancelled is begun anew.',
      method: 'POST',
      path: '/api/executions/{execution}/retry',
    },
    {
      title: 'Cancel it',
      note: 'What has ended stays as it is.',
      method: 'POST',
      path: '/api/executions/{failed}/cancel',
    },
    { title: 'Forget it', method: 'DELETE', path: '/api/executions/{failed}' },
  ];
}
