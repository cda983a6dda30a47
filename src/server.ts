export { createServer, type Server, type ServerParts } from './server/create-server.ts';
export { createLog, type Log, type LogFields, type LogOptions } from './server/log.ts';
export { type OpenedStore, openStore } from './server/open-store.ts';
export { SAMPLE_ID } from './server/sample/sample-connection.ts';
export {
  type JwtSettings,
  type LogLevel,
  readSettings,
  type ServerLimits,
  type ServerSettings,
} from './server/settings.ts';
export { type Setting, type SettingKind, type SettingName, settingsTable } from './server/settings-table.ts';
export { type StartedServer, type StartOptions, startServer } from './server/start-server.ts';
