export { createServer, type Server, type ServerParts } from './server/create-server.ts';
export { createLog, type Log, type LogFields, type LogOptions } from './server/log.ts';
export { readSettings, type ServerSettings } from './server/settings.ts';
export { type Setting, type SettingKind, type SettingName, settingsTable } from './server/settings-table.ts';
