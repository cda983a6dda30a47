import type { Route } from '../route.ts';
import { connectRoutes } from './connect.ts';
import { connectionTestRoutes } from './connection-test.ts';
import { connectionRoutes } from './connections.ts';
import { executeRoutes } from './execute.ts';
import { executionRoutes } from './executions.ts';
import { inspectRoutes } from './inspect.ts';
import { oauthRoutes } from './oauth.ts';
import { observationRoutes } from './observation.ts';
import { operationRoutes } from './operations.ts';
import { createServiceRoutes } from './service.ts';
import { transferRoutes } from './transfer.ts';

/** Every endpoint of the server. */
export function createRoutes(): readonly Route[] {
  const routes: readonly Route[] = [
    ...connectionRoutes,
    ...operationRoutes,
    ...connectionTestRoutes,
    ...connectRoutes,
    ...oauthRoutes,
    ...executeRoutes,
    ...executionRoutes,
    ...inspectRoutes,
    ...transferRoutes,
    ...observationRoutes,
    ...createServiceRoutes(() => routes),
  ];
  return routes;
}
