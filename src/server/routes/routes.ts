import type { Route } from '../route.ts';
import { connectionTestRoutes } from './connection-test.ts';
import { connectionRoutes } from './connections.ts';
import { executeRoutes } from './execute.ts';
import { inspectRoutes } from './inspect.ts';
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
    ...executeRoutes,
    ...inspectRoutes,
    ...transferRoutes,
    ...observationRoutes,
    ...createServiceRoutes(() => routes),
  ];
  return routes;
}
