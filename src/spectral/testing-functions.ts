import { createHarness } from './testing/component-harness.ts';
import { invoke, invokeDataSource, invokeTrigger } from './testing/invoke.ts';
import { loggerMock } from './testing/logger-mock.ts';

/** The functions for tests that are also reached from the main entry; all of them are in `ferrule/spectral/dist/testing`. */
export const testing = { loggerMock, invoke, invokeTrigger, createHarness, invokeDataSource };
