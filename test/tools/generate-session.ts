import { writeFileSync } from 'node:fs';
import { recordSession } from '../server/session.ts';

/** Writes `docs/server-session.md` anew, after the answers of the server have changed on purpose. */
const { page } = await recordSession();
writeFileSync(new URL('../../docs/server-session.md', import.meta.url), page);
