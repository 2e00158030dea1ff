export { startEmbeddedTestServer } from './embedded-test-server.ts';
export { createTestDatabase } from './test-database.ts';
export type { TestDatabase } from './test-database.ts';
export { startTestServer } from './test-server.ts';
export type { TestServer } from './test-server.ts';
export { startLocalServer } from './local-server.ts';
export type { LocalServer } from './local-server.ts';
export { startServerPair } from './server-pair.ts';
export type { PairedServer, ServerPair } from './server-pair.ts';
